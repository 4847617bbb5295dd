import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, secretUrlField, secretsOfReach, secretsOfUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An incoming webhook of Slack. */
export interface SlackChannel extends HttpChannelBase {
  readonly type: 'slack';
  readonly url: string;
}

const schema: z.ZodType<SlackChannel> = z.strictObject({
  type: z.literal('slack').meta({ description: 'An incoming webhook of Slack.' }),
  ...httpChannelFields,
  url: secretUrlField('https://hooks.slack.com/services/…'),
});

export const SLACK: ChannelForm<SlackChannel> = {
  type: 'slack',
  schema,
  secrets: (channel) => [...secretsOfUrl(channel.url), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
