import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import type { HttpChannelBase } from './base.ts';
import { basicSecrets, httpChannelFields, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A text message over Twilio. */
export interface TwilioSmsChannel extends HttpChannelBase {
  readonly type: 'twilio_sms';
  readonly account_sid: string;
  readonly auth_token: string;
  /** A number, a name, or the id of a messaging service. */
  readonly from: string;
  readonly to: string;
  readonly api_url: string;
}

const NUMBER = /^\+[1-9]\d{4,14}$/;
const SENDER = /^(?:\+[1-9]\d{4,14}|\d{3,8}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/;

const schema: z.ZodType<TwilioSmsChannel> = z.strictObject({
  type: z.literal('twilio_sms').meta({ description: 'A text message to a telephone, over Twilio.' }),
  ...httpChannelFields,
  account_sid: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
    .meta({ description: 'The id of the account, AC….' }),
  auth_token: secretField('The auth token of the account'),
  from: z
    .string()
    .check(
      judged((text: string) =>
        SENDER.test(text) ? undefined : 'must be a number such as +15005550006, a short code, a name, or MG…',
      ),
    )
    .meta({ description: 'The sender: a number, a short code, a name, or a messaging service (MG…).' }),
  to: z
    .string()
    .check(
      judged((text: string) =>
        NUMBER.test(text) ? undefined : 'must be a number with country code, such as +15005550006',
      ),
    )
    .meta({ description: 'The number that is told; one channel for each.' }),
  api_url: serviceUrlField().prefault('https://api.twilio.com').meta({ description: 'The address of the service.' }),
});

export const TWILIO_SMS: ChannelForm<TwilioSmsChannel> = {
  type: 'twilio_sms',
  schema,
  secrets: (channel) => [...basicSecrets(channel.account_sid, channel.auth_token), ...secretsOfReach(channel)],
  target: ({ to }) => `SMS to …${to.slice(-4)}`,
};
