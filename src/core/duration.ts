/** A span of time in milliseconds. */
export type Milliseconds = number;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;

/**
 * Reads a duration such as `30s`, `500ms`, `1h30m` or `1.5d`; units ms, s, m, h, d, w. Always whole milliseconds.
 * Returns `undefined` for anything else, a bare number included: a duration without a unit is a mistake waiting to be
 * read as the wrong one.
 */
export function parseDuration(text: string): Milliseconds | undefined {
  if (text.length > 40 || !PATTERN.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/** Writes a duration in the fewest exact units: `90000` is `1m30s`. The inverse of {@link parseDuration}. */
export function formatDuration(duration: Milliseconds): string {
  let rest = Math.round(duration);
  if (rest <= 0) return '0s';
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNITS[unit] ?? 1;
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}
