import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import { urlField } from '../monitor/http-fields.ts';
import type { HttpChannelBase } from './base.ts';
import { headers, hostOfUrl, httpChannelFields, secretsOfHeaders, secretsOfReach, secretsInUrl } from './fields.ts';
import type { ChannelForm } from './form.ts';
import { type Template, templateField } from './template.ts';
import { isWebhookSecret } from './webhook-secret.ts';

/** A request to any address, signed by Standard Webhooks when there is a secret. */
export interface WebhookChannel extends HttpChannelBase {
  readonly type: 'webhook';
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** Each signs; several while a secret is changed. */
  readonly secret: readonly string[];
  readonly template: Template | null;
  /** Of a template that is text. */
  readonly content_type: string;
}

const secret = z
  .string()
  .check(judged((text: string) => (isWebhookSecret(text) ? undefined : 'must be text, or whsec_ and base64')));

const schema: z.ZodType<WebhookChannel> = z.strictObject({
  type: z.literal('webhook').meta({ description: 'A request to an address of yours.' }),
  ...httpChannelFields,
  url: urlField().meta({ description: 'Where requests are sent.' }),
  method: z.enum(['POST', 'PUT']).default('POST').meta({ description: 'The method of requests.' }),
  headers,
  secret: z
    .codec(z.union([secret, z.array(secret).min(1).max(5)]), z.custom<readonly string[]>(), {
      decode: (input) => [input].flat(),
      encode: (list) => [...list],
    })
    .default([])
    .meta({
      description:
        'Signs each request by Standard Webhooks: text, or whsec_ and base64; a list of several while it is changed.',
    }),
  template: templateField().nullable().default(null),
  content_type: z
    .string()
    .regex(/^[a-z]+\/[a-z0-9.+-]+(?:; ?charset=utf-8)?$/i, 'must be a media type such as text/plain')
    .default('application/json')
    .meta({ description: 'The media type of a template that is text; values are escaped for it.' }),
});

export const WEBHOOK: ChannelForm<WebhookChannel> = {
  type: 'webhook',
  schema,
  secrets: (channel) => [
    ...channel.secret,
    ...secretsInUrl(channel.url),
    ...secretsOfHeaders(channel.headers),
    ...secretsOfReach(channel),
  ],
  target: ({ url }) => hostOfUrl(url),
};
