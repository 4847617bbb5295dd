import type { Message } from '../core/notify/message.ts';

/** How a message is told apart from others at a glance. */
export interface Look {
  /** Before a title where there is no colour. */
  readonly sign: string;
  /** `#rrggbb`. */
  readonly colour: string;
  /** `trouble` is grave, `warning` less so, `good` is over, `plain` is none of these. */
  readonly mood: 'trouble' | 'warning' | 'good' | 'plain';
}

const LOOKS: Readonly<Record<Look['mood'], Look>> = {
  trouble: { sign: '🔴', colour: '#d32f2f', mood: 'trouble' },
  warning: { sign: '🟠', colour: '#f57c00', mood: 'warning' },
  good: { sign: '🟢', colour: '#2e7d32', mood: 'good' },
  plain: { sign: '🔵', colour: '#1976d2', mood: 'plain' },
};

/** The look of a message. */
export function lookOf({ kind, severity, resolved }: Message): Look {
  if (kind === 'report' || kind === 'test') return LOOKS.plain;
  if (resolved) return LOOKS.good;
  if (severity === 'critical') return LOOKS.trouble;
  return severity === 'warning' ? LOOKS.warning : LOOKS.plain;
}

/** A link with its words. */
export interface LabelledLink {
  readonly label: string;
  readonly url: string;
}

/** The links of a message, as somebody would press them. */
export function labelledLinks(words: {
  readonly link: string | null;
  readonly acknowledgeLink: string | null;
}): LabelledLink[] {
  const { link, acknowledgeLink } = words;
  return [
    ...(link === null ? [] : [{ label: 'Show incident', url: asAddress(link) }]),
    ...(acknowledgeLink === null ? [] : [{ label: 'Acknowledge', url: asAddress(acknowledgeLink) }]),
  ];
}

/** An address in which nothing ends a link of Slack, Markdown or HTML. */
function asAddress(text: string): string {
  return new URL(text).href.replaceAll(/[|<>()"'`*\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
