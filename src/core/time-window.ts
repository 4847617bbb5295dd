import { parseDuration, type Milliseconds } from './duration.ts';

/** A window that ends now, under the name the user gave it. */
export interface Window {
  readonly label: string;
  readonly length: Milliseconds;
}

const LONGEST_WINDOW: Milliseconds = 3660 * 86_400_000;
const MOST_WINDOWS = 20;

/** Reads `24h,7d,30d`: 1 to 20 windows of a second to ten years. A fault is worded for a person. */
export function parseWindows(text: string): { readonly windows: Window[] } | { readonly fault: string } {
  const labels = [...new Set(text.split(',').map((label) => label.trim()))];
  if (labels.length > MOST_WINDOWS) return { fault: `at most ${MOST_WINDOWS} windows can be asked for at once` };
  const windows: Window[] = [];
  for (const label of labels) {
    const length = parseDuration(label);
    if (length === undefined) return { fault: `"${label}" is not a window: write 24h, 7d or 24h,7d,30d` };
    if (length < 1000 || length > LONGEST_WINDOW) return { fault: `a window must be from 1s to 3660d, not ${label}` };
    windows.push({ label, length });
  }
  return { windows };
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i;

/**
 * Reads a moment: a duration before `now` (`1h`), or a date with or without a time (`2026-10-01`, which begins in UTC,
 * or `2026-10-01T12:00:00Z`, which needs its offset). Whole ms since the epoch; `undefined` for anything else.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return Math.floor(now) - ago;
  if (!RFC_3339.test(text)) return undefined;
  const moment = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(moment) ? undefined : moment;
}

/** A moment as people and programs read it: RFC 3339 in UTC with milliseconds. */
export function formatMoment(moment: number): string {
  return new Date(moment).toISOString();
}
