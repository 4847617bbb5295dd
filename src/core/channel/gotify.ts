import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An application of a Gotify server. */
export interface GotifyChannel extends HttpChannelBase {
  readonly type: 'gotify';
  readonly url: string;
  readonly token: string;
}

const schema: z.ZodType<GotifyChannel> = z.strictObject({
  type: z.literal('gotify').meta({ description: 'An application of a Gotify server.' }),
  ...httpChannelFields,
  url: serviceUrlField().meta({ description: 'The server.' }),
  token: secretField('The token of the application'),
});

export const GOTIFY: ChannelForm<GotifyChannel> = {
  type: 'gotify',
  schema,
  secrets: (channel) => [channel.token, ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
