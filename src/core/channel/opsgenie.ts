import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import { hostOfUrl, httpChannelFields, lineField, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An API integration of Opsgenie or Jira Service Management. */
export interface OpsgenieChannel extends HttpChannelBase {
  readonly type: 'opsgenie';
  readonly api_key: string;
  readonly api_url: string;
  /** Names of teams that are to respond. */
  readonly teams: readonly string[];
}

const schema: z.ZodType<OpsgenieChannel> = z.strictObject({
  type: z.literal('opsgenie').meta({ description: 'An API integration of Opsgenie or Jira Service Management.' }),
  ...httpChannelFields,
  api_key: secretField('The key of the integration'),
  api_url: serviceUrlField().prefault('https://api.opsgenie.com').meta({
    description: 'The address of the service; https://api.eu.opsgenie.com for accounts in the EU.',
  }),
  teams: z.array(lineField(100)).max(50).default([]).meta({
    description: 'Names of teams that are to respond; those of the integration when left out.',
  }),
});

export const OPSGENIE: ChannelForm<OpsgenieChannel> = {
  type: 'opsgenie',
  schema,
  secrets: (channel) => [channel.api_key, ...secretsOfReach(channel)],
  target: ({ api_url }) => hostOfUrl(api_url),
};
