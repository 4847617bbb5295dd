import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import type { HttpChannelBase } from './base.ts';
import {
  accessFields,
  hostOfUrl,
  httpChannelFields,
  lineField,
  refuseTwoAccesses,
  secretName,
  secretField,
  secretsOfAccess,
  secretsOfReach,
  serviceUrlField,
} from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An Apprise API, which passes messages on to what it is set up for. */
export interface AppriseChannel extends HttpChannelBase {
  readonly type: 'apprise';
  readonly url: string;
  /** The key of a configuration it keeps; `null` when `urls` say whom to tell. */
  readonly key: string | null;
  /** Apprise addresses, such as `tgram://…`. */
  readonly urls: readonly string[];
  /** Which of the addresses of a configuration; `null` for those without tag. */
  readonly tag: string | null;
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
}

const KEY = /^[\w-]{1,128}$/;

const schema: z.ZodType<AppriseChannel> = z
  .strictObject({
    type: z.literal('apprise').meta({ description: 'An Apprise API, which reaches a hundred services more.' }),
    ...httpChannelFields,
    url: serviceUrlField().meta({ description: 'The Apprise API, such as http://127.0.0.1:8000.' }),
    key: z
      .string()
      .check(judged((text: string) => (KEY.test(text) ? undefined : 'must be 1 to 128 letters, digits, "-" and "_"')))
      .nullable()
      .default(null)
      .meta({ description: 'The key of a configuration that the Apprise API keeps.' }),
    urls: z.array(secretField('An Apprise address')).max(50).default([]).meta({
      description: 'Apprise addresses to send to, in place of key.',
    }),
    tag: lineField(200)
      .nullable()
      .default(null)
      .meta({ description: 'The tag of the addresses to send to, with key.' }),
    ...accessFields,
  })
  .superRefine((read, context) => {
    refuseTwoAccesses(read, context);
    if (read.key === null && read.urls.length === 0) {
      context.addIssue({ code: 'custom', path: ['key'], message: 'is missing (or urls)', input: undefined });
    }
    if (read.key !== null && read.urls.length > 0) {
      context.addIssue({ code: 'custom', path: ['urls'], message: 'and key exclude each other' });
    }
  });

export const APPRISE: ChannelForm<AppriseChannel> = {
  type: 'apprise',
  schema,
  secrets: (channel) => [
    ...secretName(channel.key ?? ''),
    ...channel.urls,
    ...channel.urls.flatMap((url) => url.split(/[:/@?&=]+/).filter((part) => part.length >= 8)),
    ...secretsOfAccess(channel),
    ...secretsOfReach(channel),
  ],
  target: ({ url }) => hostOfUrl(url),
};
