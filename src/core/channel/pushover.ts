import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { httpChannelFields, lineField, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A user or group of Pushover. */
export interface PushoverChannel extends HttpChannelBase {
  readonly type: 'pushover';
  readonly token: string;
  readonly user: string;
  readonly device: string | null;
  readonly api_url: string;
}

const schema: z.ZodType<PushoverChannel> = z.strictObject({
  type: z.literal('pushover').meta({ description: 'A user or group of Pushover.' }),
  ...httpChannelFields,
  token: secretField('The token of your application'),
  user: secretField('The key of the user or group'),
  device: lineField(100).nullable().default(null).meta({ description: 'One device, or several with commas between.' }),
  api_url: serviceUrlField().prefault('https://api.pushover.net').meta({ description: 'The address of the service.' }),
});

export const PUSHOVER: ChannelForm<PushoverChannel> = {
  type: 'pushover',
  schema,
  secrets: (channel) => [channel.token, channel.user, ...secretsOfReach(channel)],
  target: ({ device }) => (device === null ? 'Pushover' : `Pushover on ${device}`),
};
