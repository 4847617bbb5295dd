import { counted } from '../core/figure-words.ts';
import type { Message, MessageItem } from '../core/notify/message.ts';
import { whyWords } from './cause-words.ts';
import type { EventKind } from '../core/trouble/event.ts';
import { plainLine } from './escape.ts';
import { lengthWords, momentWords, rangeWords } from './moment-words.ts';
import type { Story } from './story.ts';

/** What each kind is called in a count, `2 down, 1 up again`, and in a line, `Shop: down since …`. */
const WORDS: Readonly<Record<EventKind, string>> = {
  down: 'down',
  degraded: 'degraded',
  up: 'up again',
  flapping: 'flapping',
  calm: 'steady again',
  blind: 'cut off from the network',
  sighted: 'back on the network',
  maintenance_ended: 'still down after maintenance',
  parent_recovered: 'still down',
  channel_failing: 'not taking messages',
  channel_working: 'taking messages again',
};

const ENDS: ReadonlySet<EventKind> = new Set(['up', 'calm', 'sighted', 'channel_working']);

/** What was held back and is told in one. */
export function digestStory({ items, total }: Message): Story {
  const title = `${counted(total, 'message')} held back until now`;
  const over = items.filter(isOver).length;
  const counts = `${items.length - over} still going on, ${over} over`;
  return { title, summary: `${title}: ${among(items, total)}${counts}.` };
}

/** Many at once. Only what all of them have in common is said of all. */
export function stormStory({ items, total }: Message): Story {
  const whole = items.length === total;
  const recovered = total === 1 ? '1 recovery' : `${total} recoveries`;
  const title = `${whole && items.every(isOver) ? recovered : counted(total, 'alert')} at once`;
  const counts = new Map<string, number>();
  for (const { kind, until } of items) {
    const word = !ENDS.has(kind) && until !== null ? 'over already' : WORDS[kind];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const said = [...counts].sort(([, one], [, other]) => other - one).map(([word, count]) => `${count} ${word}`);
  const first = items.reduce((earliest, { since }) => Math.min(earliest, since), Infinity);
  const began = Number.isFinite(first) ? ` The first trouble began at ${momentWords(first)}.` : '';
  return { title, summary: `${title}: ${among(items, total)}${said.join(', ')}.${began}` };
}

/** A line for each item, and one for those that are not shown. */
export function itemLines({ items, total }: Message): string[] {
  const lines = items.map(itemWords);
  return total > items.length ? [...lines, `and ${total - items.length} more`] : lines;
}

function itemWords({ kind, monitor, since, until, cause }: MessageItem): string {
  const name = plainLine(monitor?.name ?? '', 100) || plainLine(monitor?.id ?? '', 100) || 'Longwatch';
  const why = whyWords(cause);
  const because = why === null ? '' : ` (${why})`;
  if (until === null) {
    const when = ENDS.has(kind) ? '' : ` since ${momentWords(since)}`;
    return `${name}: ${WORDS[kind]}${when}${because}`;
  }
  const end = Math.max(since, until);
  const lasted = `${lengthWords(end - since)}, ${rangeWords(since, end)}`;
  return ENDS.has(kind)
    ? `${name}: ${WORDS[kind]} after ${lasted}${because}`
    : `${name}: was ${WORDS[kind].replace(/^still /, '')} for ${lasted}${because}`;
}

function among(items: readonly MessageItem[], total: number): string {
  return total > items.length ? `of the first ${items.length}, ` : '';
}

function isOver({ kind, until }: MessageItem): boolean {
  return ENDS.has(kind) || until !== null;
}
