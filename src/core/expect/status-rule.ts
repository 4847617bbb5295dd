import { z } from 'zod';
import { suggesters } from '../schema-problems.ts';
import {
  HIGHEST_STATUS,
  LOWEST_STATUS,
  STATUS_RANGE_PATTERN,
  formatStatusRange,
  parseStatusRange,
  type StatusRange,
} from './status-range.ts';

/** Status codes as a person writes them: a code, a class, a range or a list of those. */
export function statusField() {
  const message = 'must be a status code such as 200, a class such as 2xx, a range such as 200-299, or a list of those';
  const code = z.int().meta({ minimum: LOWEST_STATUS, maximum: HIGHEST_STATUS });
  const text = z.string().meta({ pattern: STATUS_RANGE_PATTERN });
  const list = z
    .array(z.union([code, text], { error: message }))
    .min(1)
    .max(50);
  const written = z.union([code, text, list], { error: ({ input }) => (input === null ? undefined : message) });
  return z
    .codec(written, z.custom<readonly StatusRange[]>(), {
      decode(input, context) {
        const entries = Array.isArray(input) ? input : [input];
        return entries.map((entry, index): StatusRange => {
          const range = parseStatusRange(entry);
          if (range !== undefined) return range;
          const path = Array.isArray(input) ? [index] : [];
          context.issues.push({ code: 'custom', input: entry, message: statusFault(entry) ?? message, path });
          return z.NEVER;
        });
      },
      encode: (ranges) =>
        ranges.length === 1 && ranges[0] !== undefined ? formatStatusRange(ranges[0]) : ranges.map(formatStatusRange),
    })
    .register(suggesters, { suggest: suggestStatus });
}

function statusFault(entry: string | number): string | undefined {
  if (/^-?\d+$/.test(String(entry))) return `must be a status code from ${LOWEST_STATUS} to ${HIGHEST_STATUS}`;
  const [, from, to] = /^([1-9]\d\d)-([1-9]\d\d)$/.exec(String(entry)) ?? [];
  return from !== undefined && to !== undefined ? 'must be a range that begins with its smaller code' : undefined;
}

function suggestStatus(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  const [, from, to] = /^([1-9]\d\d)-([1-9]\d\d)$/.exec(input) ?? [];
  if (from !== undefined && to !== undefined && from > to) return `${to}-${from}`;
  const tidy = /[1-9](?:xx|\d\d)(?:-[1-9]\d\d)?/i.exec(input)?.[0].toLowerCase();
  return tidy !== undefined && tidy !== input && parseStatusRange(tidy) !== undefined ? tidy : undefined;
}
