import type { AlertmanagerChannel } from '../../core/channel/alertmanager.ts';
import type { Milliseconds } from '../../core/duration.ts';
import type { Message, MessageMonitor } from '../../core/notify/message.ts';
import { formatMoment } from '../../core/time-window.ts';
import { SEVERITIES } from '../../core/trouble/event.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { accessHeader, sendRequest } from '../send-request.ts';
import { type Wording, wordsOf } from '../wording.ts';

const TEXT = { most: 4000, escape: visible };

/** Alertmanager ends an alert by itself that has no end of its own and is not sent again; ours are sent once. */
const LASTS: Milliseconds = 30 * 86_400_000;
/** What is no trouble is shown for so long. */
const SHOWN: Milliseconds = 300_000;

/** What one alert is about. */
interface Subject {
  readonly alertname: string;
  readonly monitor: MessageMonitor | null;
  readonly since: number;
  /** When it ended, or will be taken for ended. */
  readonly until: number;
  readonly over: boolean;
  readonly extra: Readonly<Record<string, string>>;
}

/**
 * Alertmanager: https://prometheus.io/docs/alerting/latest/alerts_api. The labels are what tells alerts apart, so they hold
 * nothing that differs between the beginning and the end of a trouble; the end is sent for each severity it may have had.
 */
export const ALERTMANAGER: ChannelKind<AlertmanagerChannel> = {
  type: 'alertmanager',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const generator = words.link === null ? {} : { generatorURL: new URL(words.link).href };
    const body = subjectsOf(message).flatMap((subject) => {
      const labels = { ...channel.labels, ...labelsOf(subject) };
      const annotations = annotationsOf(words);
      const startsAt = formatMoment(subject.since);
      const endsAt = formatMoment(Math.max(subject.until, subject.since + 1));
      const severities = subject.over ? SEVERITIES : [message.severity];
      return severities.map((severity) =>
        Object.assign({ labels: Object.assign({}, labels, { severity }), annotations, startsAt, endsAt }, generator),
      );
    });
    const url = `${channel.url}/api/v2/alerts`;
    return sendRequest(channel, { url, headers: accessHeader(channel), body }, deps);
  },
};

const NAMES: Partial<Record<Message['kind'], string>> = {
  blind: 'LongwatchBlind',
  sighted: 'LongwatchBlind',
  channel_failing: 'LongwatchChannelFailing',
  channel_working: 'LongwatchChannelFailing',
  report: 'LongwatchReport',
  test: 'LongwatchTest',
};

/** A digest and a storm are as many alerts as they show. */
function subjectsOf(message: Message): Subject[] {
  const { kind, items, at, monitor, about, resolved } = message;
  if (items.length > 0) {
    return items.map((item) => {
      const over = item.until !== null || item.kind === 'up' || item.kind === 'calm' || item.kind === 'sighted';
      const alertname = NAMES[item.kind] ?? 'LongwatchIncident';
      return { alertname, monitor: item.monitor, since: item.since, over, until: endOf(item, at, over), extra: {} };
    });
  }
  const alertname = NAMES[kind] ?? 'LongwatchIncident';
  const extra: Record<string, string> =
    about === null ? {} : { [kind.startsWith('channel') ? 'channel' : 'location']: visible(about) };
  const since = message.since ?? at;
  const isNews = kind === 'report' || kind === 'test';
  const until = isNews ? at + SHOWN : endOf(message, at, resolved);
  return [{ alertname, monitor, since, until, over: resolved, extra }];
}

function endOf({ until }: { readonly until: number | null }, at: number, over: boolean): number {
  return over ? (until ?? at) : at + LASTS;
}

function labelsOf({ alertname, monitor, extra }: Subject): Record<string, string> {
  if (monitor === null) return { alertname, ...extra };
  const tags = Object.entries(monitor.tags).map(([name, value]) => [
    `tag_${name.replaceAll(/\W/gu, '_')}`,
    visible(value),
  ]);
  return {
    ...Object.fromEntries(tags),
    alertname,
    monitor: monitor.id,
    name: visible(monitor.name),
    instance: visible(monitor.target),
    ...(monitor.group !== null && { group: visible(monitor.group) }),
  };
}

function annotationsOf({ title, summary, lines, link }: Wording): Record<string, string> {
  const details = fitLines(lines, TEXT);
  return {
    summary: fitText(title, TEXT),
    description: [fitText(summary, TEXT), details].filter((text) => text !== '').join('\n'),
    ...(link !== null && { link: new URL(link).href }),
  };
}
