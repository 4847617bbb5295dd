import type { PagerdutyChannel } from '../../core/channel/pagerduty.ts';
import type { Message } from '../../core/notify/message.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { troubleKey } from '../trouble-key.ts';
import { type Wording, wordsOf } from '../wording.ts';

const SUMMARY = { most: 1024, escape: visible };
const LINES = { most: 8000, escape: visible };

/**
 * PagerDuty: https://developer.pagerduty.com/docs/events-api-v2-overview. Trouble triggers an alert, its end resolves the one
 * with the same key, and a report is a change, which wakes nobody.
 */
export const PAGERDUTY: ChannelKind<PagerdutyChannel> = {
  type: 'pagerduty',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const links = labelledLinks(words).map(({ label, url }) => ({ href: url, text: label }));
    const base = { routing_key: channel.routing_key, links };
    if (message.kind === 'report') {
      const body = { ...base, payload: { ...contextOf(message, words), summary: fitText(words.title, SUMMARY) } };
      return sendRequest(channel, { url: `${channel.api_url}/v2/change/enqueue`, body }, deps);
    }
    const payload = {
      ...contextOf(message, words),
      summary: fitText(message.resolved ? words.title : words.summary, SUMMARY),
      severity: message.severity,
      class: message.cause?.reason ?? message.kind,
      ...(message.monitor !== null && { component: visible(message.monitor.name) }),
      ...(message.monitor !== null && message.monitor.group !== null && { group: visible(message.monitor.group) }),
    };
    const body = {
      ...base,
      event_action: message.resolved ? 'resolve' : 'trigger',
      dedup_key: troubleKey(message),
      client: 'Longwatch',
      ...(words.link !== null && { client_url: new URL(words.link).href }),
      payload,
    };
    return sendRequest(channel, { url: `${channel.api_url}/v2/enqueue`, body }, deps);
  },
};

function contextOf({ at, monitor }: Message, { fields, lines }: Wording): Readonly<Record<string, unknown>> {
  const details = fitLines(lines, LINES);
  return {
    source: fitText(monitor?.target ?? 'Longwatch', SUMMARY),
    timestamp: formatMoment(at),
    custom_details: {
      ...Object.fromEntries(fields.map(({ label, value }) => [label, value])),
      ...(details !== '' && { Details: details }),
    },
  };
}
