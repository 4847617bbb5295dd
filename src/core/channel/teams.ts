import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, secretUrlField, secretsOfReach, secretsOfUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A workflow of Microsoft Teams that begins with a webhook and posts a card. */
export interface TeamsChannel extends HttpChannelBase {
  readonly type: 'teams';
  readonly url: string;
}

const schema: z.ZodType<TeamsChannel> = z.strictObject({
  type: z.literal('teams').meta({ description: 'A workflow of Microsoft Teams that posts what a webhook receives.' }),
  ...httpChannelFields,
  url: secretUrlField('https://….logic.azure.com/workflows/…'),
});

export const TEAMS: ChannelForm<TeamsChannel> = {
  type: 'teams',
  schema,
  secrets: (channel) => [...secretsOfUrl(channel.url), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
