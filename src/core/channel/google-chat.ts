import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, secretUrlField, secretsOfReach, secretsOfUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A webhook of a Google Chat space. */
export interface GoogleChatChannel extends HttpChannelBase {
  readonly type: 'google_chat';
  readonly url: string;
}

const schema: z.ZodType<GoogleChatChannel> = z.strictObject({
  type: z.literal('google_chat').meta({ description: 'A webhook of a Google Chat space.' }),
  ...httpChannelFields,
  url: secretUrlField('https://chat.googleapis.com/v1/spaces/…'),
});

export const GOOGLE_CHAT: ChannelForm<GoogleChatChannel> = {
  type: 'google_chat',
  schema,
  secrets: (channel) => [...secretsOfUrl(channel.url), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
