import type { Milliseconds } from '../core/duration.ts';
import { roughly } from '../core/figure-words.ts';
import { formatMoment } from '../core/time-window.ts';

const UNIT_WORDS: Readonly<Record<string, string>> = { d: 'd', h: 'h', m: 'min', s: 's' };

/** A moment for people, cut to the second: `2026-11-23 12:00:05 UTC`. */
export function momentWords(moment: number): string {
  return `${day(moment)} ${time(moment)} UTC`;
}

/** From a moment to a later one: `2026-11-23 12:00:05 to 12:03:05 UTC`, with the day of the end only when it is another. */
export function rangeWords(from: number, to: number): string {
  const end = day(from) === day(to) ? time(to) : `${day(to)} ${time(to)}`;
  return `${day(from)} ${time(from)} to ${end} UTC`;
}

/** How long something took, cut to two units: `45 s`, `3 min`, `3 min 20 s`, `1 h 5 min`, `2 d 3 h`. */
export function lengthWords(length: Milliseconds): string {
  if (length < 1000) return 'less than 1 s';
  return roughly(length / 1000).replaceAll(/(\d+)([dhms])/g, (_, amount: string, unit: string) => {
    return `${amount} ${UNIT_WORDS[unit] ?? unit}`;
  });
}

function day(moment: number): string {
  return formatMoment(moment).slice(0, 10);
}

function time(moment: number): string {
  return formatMoment(moment).slice(11, 19);
}
