import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A service of PagerDuty, over Events API v2. */
export interface PagerdutyChannel extends HttpChannelBase {
  readonly type: 'pagerduty';
  readonly routing_key: string;
  readonly api_url: string;
}

const schema: z.ZodType<PagerdutyChannel> = z.strictObject({
  type: z.literal('pagerduty').meta({ description: 'A service of PagerDuty (Events API v2).' }),
  ...httpChannelFields,
  routing_key: secretField('The integration key of the service'),
  api_url: serviceUrlField()
    .prefault('https://events.pagerduty.com')
    .meta({ description: 'The address of the service; https://events.eu.pagerduty.com for accounts in the EU.' }),
});

export const PAGERDUTY: ChannelForm<PagerdutyChannel> = {
  type: 'pagerduty',
  schema,
  secrets: (channel) => [channel.routing_key, ...secretsOfReach(channel)],
  target: ({ api_url }) => hostOfUrl(api_url),
};
