import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, lineField, secretUrlField, secretsOfReach, secretsOfUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A webhook of a Discord channel. */
export interface DiscordChannel extends HttpChannelBase {
  readonly type: 'discord';
  readonly url: string;
  readonly username: string | null;
}

const schema: z.ZodType<DiscordChannel> = z.strictObject({
  type: z.literal('discord').meta({ description: 'A webhook of a Discord channel.' }),
  ...httpChannelFields,
  url: secretUrlField('https://discord.com/api/webhooks/…'),
  username: lineField(80).nullable().default(null).meta({ description: 'The name messages are shown under.' }),
});

export const DISCORD: ChannelForm<DiscordChannel> = {
  type: 'discord',
  schema,
  secrets: (channel) => [...secretsOfUrl(channel.url), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
