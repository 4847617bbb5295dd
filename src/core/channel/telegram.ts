import { z } from 'zod';
import { judged, wrong } from '../monitor/fields.ts';
import type { HttpChannelBase } from './base.ts';
import { httpChannelFields, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A bot of Telegram. */
export interface TelegramChannel extends HttpChannelBase {
  readonly type: 'telegram';
  readonly token: string;
  /** A number as text, or `@name` of a public channel. */
  readonly chat_id: string;
  /** A topic of a group. */
  readonly thread_id: number | null;
  readonly api_url: string;
}

const TOKEN = /^\d{1,20}:[\w-]{20,100}$/;
const CHAT = /^(?:-?\d{1,20}|@\w{4,40})$/;

const schema: z.ZodType<TelegramChannel> = z.strictObject({
  type: z.literal('telegram').meta({ description: 'A bot of Telegram.' }),
  ...httpChannelFields,
  token: z
    .string()
    .check(judged((text: string) => (TOKEN.test(text) ? undefined : 'must be the token of a bot, as 123456:ABC…')))
    .meta({ description: 'The token of the bot; keep it secret: write ${NAME}.' }),
  chat_id: z
    .codec(z.union([z.int(), z.string()], { error: wrong('must be a number or @name') }), z.string(), {
      decode: (input) => String(input),
      encode: (text) => text,
    })
    .check(
      judged((text: string) => (CHAT.test(text) ? undefined : 'must be a number such as -1001234567890, or @name')),
    )
    .meta({ description: 'The chat: its number, or @name of a public channel.' }),
  thread_id: z.int().positive().nullable().default(null).meta({ description: 'A topic of the group.' }),
  api_url: serviceUrlField()
    .prefault('https://api.telegram.org')
    .meta({ description: 'The Bot API server, when it is one of your own.' }),
});

export const TELEGRAM: ChannelForm<TelegramChannel> = {
  type: 'telegram',
  schema,
  secrets: (channel) => [channel.token, channel.token.split(':')[1] ?? '', ...secretsOfReach(channel)],
  target: ({ chat_id }) => `Telegram chat ${chat_id}`,
};
