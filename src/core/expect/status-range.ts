/** An inclusive range of HTTP status codes: `[200, 299]`. */
export type StatusRange = readonly [from: number, to: number];

/** The codes a status line can carry. Servers do send codes beyond 599 (999 is seen in the wild), so they can be expected. */
export const LOWEST_STATUS = 100;
export const HIGHEST_STATUS = 999;

/** What {@link parseStatusRange} reads, as a regular expression for editors. */
export const STATUS_RANGE_PATTERN = '^([1-9][0-9]{2}|[1-9][xX]{2}|[1-9][0-9]{2}-[1-9][0-9]{2})$';

/**
 * Reads `200`, `"200"`, `"2xx"` or `"200-299"`, codes 100 to 999. Returns `undefined` for anything else, a range that
 * runs backwards included.
 */
export function parseStatusRange(input: number | string): StatusRange | undefined {
  const text = String(input);
  if (/^[1-9]xx$/i.test(text)) {
    const first = Number(text[0]) * 100;
    return [first, first + 99];
  }
  const match = /^([1-9]\d\d)(?:-([1-9]\d\d))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  return from <= to ? [from, to] : undefined;
}

/** Writes a range in its shortest form: `200`, `"2xx"` or `"200-204"`. The inverse of {@link parseStatusRange}. */
export function formatStatusRange([from, to]: StatusRange): number | string {
  if (from === to) return from;
  if (from % 100 === 0 && to === from + 99) return `${from / 100}xx`;
  return `${from}-${to}`;
}
