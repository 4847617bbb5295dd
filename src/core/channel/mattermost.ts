import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, lineField, secretUrlField, secretsOfReach, secretsOfUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An incoming webhook of Mattermost. */
export interface MattermostChannel extends HttpChannelBase {
  readonly type: 'mattermost';
  readonly url: string;
  readonly channel: string | null;
  readonly username: string | null;
}

const schema: z.ZodType<MattermostChannel> = z.strictObject({
  type: z.literal('mattermost').meta({ description: 'An incoming webhook of Mattermost.' }),
  ...httpChannelFields,
  url: secretUrlField('https://chat.example.com/hooks/…'),
  channel: lineField(64).nullable().default(null).meta({ description: 'Another channel than that of the webhook.' }),
  username: lineField(64).nullable().default(null).meta({ description: 'The name messages are shown under.' }),
});

export const MATTERMOST: ChannelForm<MattermostChannel> = {
  type: 'mattermost',
  schema,
  secrets: (channel) => [...secretsOfUrl(channel.url), ...secretsOfReach(channel)],
  target: ({ url, channel }) => (channel === null ? hostOfUrl(url) : `${channel} at ${hostOfUrl(url)}`),
};
