import type { JsonValue } from '../../core/expect/json-path.ts';
import { fillTemplate, type Template, type TemplateValues } from '../../core/channel/template.ts';
import type { WebhookChannel } from '../../core/channel/webhook.ts';
import type { Message, Sending } from '../../core/notify/message.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeHtml } from '../escape.ts';
import { sendRequest } from '../send-request.ts';
import { signWebhook } from '../sign-webhook.ts';
import { templateValues } from '../template-values.ts';
import { webhookBody } from '../webhook-body.ts';

/** Any address, signed by Standard Webhooks: https://www.standardwebhooks.com */
export const WEBHOOK: ChannelKind<WebhookChannel> = {
  type: 'webhook',
  send(message, sending, channel, deps) {
    const body = bodyOf(channel, message, sending);
    const isText = typeof channel.template === 'string';
    const signature = signWebhook({ id: message.id, now: deps.clock.now(), body, secrets: channel.secret });
    const headers = {
      'content-type': isText ? channel.content_type : 'application/json; charset=utf-8',
      ...inLowerCase(channel.headers),
      ...signature,
    };
    return sendRequest(channel, { url: channel.url, method: channel.method, headers, body }, deps);
  },
};

function bodyOf({ template, content_type }: WebhookChannel, message: Message, sending: Sending): string {
  if (template === null) return webhookBody(message, sending);
  const values = templateValues(message, sending);
  if (typeof template === 'string') return fillTemplate(template, values, escapeFor(content_type));
  return JSON.stringify(filled(template, values));
}

/** How a value becomes a part of a text of this media type. */
function escapeFor(mediaType: string): (value: string) => string {
  if (/json/i.test(mediaType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/x-www-form-urlencoded/i.test(mediaType)) return encodeURIComponent;
  return /xml|html/i.test(mediaType) ? escapeHtml : (value) => value;
}

function filled(template: Template | JsonValue, values: TemplateValues): JsonValue {
  if (typeof template === 'string') return fillTemplate(template, values, (value) => value);
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) return template.map((entry: JsonValue) => filled(entry, values));
  return Object.fromEntries(Object.entries(template).map(([key, entry]) => [key, filled(entry, values)]));
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
