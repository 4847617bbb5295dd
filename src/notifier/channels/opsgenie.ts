import type { OpsgenieChannel } from '../../core/channel/opsgenie.ts';
import type { Message } from '../../core/notify/message.ts';
import type { Severity } from '../../core/trouble/event.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { troubleKey } from '../trouble-key.ts';
import { wordsOf } from '../wording.ts';

/** Limits of https://docs.opsgenie.com/docs/alert-api. */
const MESSAGE = { most: 130, escape: visible };
const TEXT = { most: 6000, escape: visible };

const PRIORITIES: Readonly<Record<Severity, string>> = { critical: 'P1', warning: 'P3', info: 'P5' };

/** Opsgenie: https://docs.opsgenie.com/docs/alert-api. Trouble is an alert, its end closes the one with the same alias. */
export const OPSGENIE: ChannelKind<OpsgenieChannel> = {
  type: 'opsgenie',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const headers = { authorization: `GenieKey ${channel.api_key}` };
    const alias = troubleKey(message);
    const alerts = `${channel.api_url}/v2/alerts`;
    if (message.resolved) {
      const url = `${alerts}/${encodeURIComponent(alias)}/close?identifierType=alias`;
      const body = { source: 'Longwatch', note: fitText(words.summary, TEXT) };
      return sendRequest(channel, { url, headers, body }, deps);
    }
    const links = labelledLinks(words).map(({ label, url }) => `${label}: ${url}`);
    const texts = [fitText(words.summary, TEXT), fitLines(words.lines, TEXT), links.join('\n')];
    const body = {
      message: fitText(words.title, MESSAGE),
      alias,
      description: texts.filter((text) => text !== '').join('\n\n'),
      priority: priorityOf(message),
      source: 'Longwatch',
      entity: fitText(message.monitor?.target ?? 'Longwatch', { most: 512, escape: visible }),
      details: Object.fromEntries(words.fields.map(({ label, value }) => [label, value])),
      ...(channel.teams.length > 0 && { responders: channel.teams.map((name) => ({ name, type: 'team' })) }),
    };
    return sendRequest(channel, { url: alerts, headers, body }, deps);
  },
};

function priorityOf({ kind, severity }: Message): string {
  return PRIORITIES[kind === 'report' || kind === 'test' ? 'info' : severity];
}
