import type { Message, Sending } from '../core/notify/message.ts';
import { dependantWords, proofWords, unmetWords, whyWords } from './cause-words.ts';
import { plainLine, visible } from './escape.ts';
import { digestStory, itemLines, stormStory } from './gathered-story.ts';
import { lengthWords, momentWords } from './moment-words.ts';
import { storyOf, type Story } from './story.ts';

/**
 * A message in plain words, not yet escaped for any service. Each text is on one line, without control, direction and
 * zero-width characters. `title` and `summary` stand alone; `fields` say the same in parts, so a service shows the summary
 * or the fields. `lines` say what neither has room for: expectations, items, the text of a report.
 */
export interface Wording {
  /** What happened, for a subject or a push message: `Shop is down`. At most about 150 characters. */
  readonly title: string;
  /** What, since when, why, how long, on one line. */
  readonly summary: string;
  readonly fields: readonly WordingField[];
  readonly lines: readonly string[];
  /** Absolute address of the incident; `null` without a public address. */
  readonly link: string | null;
  /** Absolute address to acknowledge it; `null` also for what is over. */
  readonly acknowledgeLink: string | null;
}

/** One fact with its name: `Since`, `2026-11-23 12:00:05 UTC`. */
export interface WordingField {
  readonly label: string;
  readonly value: string;
}

/** Puts a message into words: English, times in UTC. Pure: the same message always has the same words. */
export function wordsOf(message: Message, sending: Sending): Wording {
  const { title, summary } = tell(message);
  const extra: string[] = [];
  if (message.dependants !== null) extra.push(`${dependantWords(message.dependants)}.`);
  if (sending.lateBy !== null) extra.push(`Delivered ${lengthWords(sending.lateBy)} late.`);
  return {
    title,
    summary: [summary, ...extra].join(' '),
    fields: fieldsOf(message, sending),
    lines: linesOf(message),
    link: sending.links.incident,
    acknowledgeLink: message.resolved ? null : sending.links.acknowledge,
  };
}

function tell(message: Message): Story {
  const { kind } = message;
  if (kind === 'digest') return digestStory(message);
  if (kind === 'storm') return stormStory(message);
  if (kind === 'report') return reportStory(message);
  if (kind === 'test') return testStory(message);
  return storyOf(kind, message);
}

function reportStory(message: Message): Story {
  const first = reportLines(message).find((line) => line.trim() !== '');
  return {
    title: plainLine(message.report?.title ?? '', 150) || 'Report',
    summary: first === undefined ? 'The report is empty.' : plainLine(first),
  };
}

function testStory({ about }: Message): Story {
  const channel = about === null ? 'this channel' : `channel ${plainLine(about, 100)}`;
  return {
    title: 'Test message from Longwatch',
    summary: `This is a test. If you can read it, ${channel} works.`,
  };
}

function fieldsOf(message: Message, sending: Sending): WordingField[] {
  const { monitor, since, until, at, kind, incident, proof, dependants } = message;
  const isSingle = kind !== 'digest' && kind !== 'storm' && kind !== 'report' && kind !== 'test';
  const facts: [string, string | null][] = [
    ['Monitor', monitor?.name ?? null],
    ['Group', monitor?.group ?? null],
    ['Address', monitor?.target ?? null],
    [kind.startsWith('channel_') || kind === 'test' ? 'Channel' : 'Location', message.about],
    ['Since', isSingle && since !== null ? momentWords(since) : null],
    ['Until', isSingle && until !== null ? momentWords(until) : null],
    ['Lasted', isSingle && since !== null ? lastedWords(since, until, at) : null],
    ['Why', whyWords(message.cause)],
    ['Proof', proof === null ? null : proofWords(proof)],
    ['Dependants', dependants === null ? null : dependantWords(dependants)],
    ['Sent at', kind === 'test' ? momentWords(at) : null],
    ['Incident', incident === null ? null : `#${incident}`],
    ['Delivered', sending.lateBy === null ? null : `${lengthWords(sending.lateBy)} late`],
  ];
  return facts.flatMap(([label, value]) => {
    const line = plainLine(value ?? '', 500);
    return line === '' ? [] : [{ label, value: line }];
  });
}

function lastedWords(since: number, until: number | null, at: number): string {
  return until === null ? `${lengthWords(at - since)} so far` : lengthWords(until - since);
}

function linesOf(message: Message): string[] {
  if (message.kind === 'digest' || message.kind === 'storm') return itemLines(message);
  if (message.kind === 'report') return reportLines(message);
  return (message.cause?.unmet ?? []).map(unmetWords);
}

/** The lines of a report keep their spaces, which make its columns. */
function reportLines({ report }: Message): string[] {
  if (report === null) return [];
  const lines = report.text.split(/\r\n|[\r\n]/).map((line) => visible(line).trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
