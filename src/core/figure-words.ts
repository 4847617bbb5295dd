import type { UptimeFigures } from './uptime.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** A length of time for a person, cut to two units: `45s`, `6m`, `3h 20m`, `12d`. */
export function roughly(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 || (unit === 's' && parts.length === 0)) parts.push(`${amount}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2 || amount >= 10) break;
  }
  return parts.join(' ');
}

/** Milliseconds for a person, three digits or so; `-` when there are none. */
export function shortMs(milliseconds: number | null): string {
  if (milliseconds === null) return '-';
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  if (milliseconds >= 10) return `${milliseconds.toFixed(0)} ms`;
  return milliseconds >= 0.1 || milliseconds === 0 ? `${milliseconds.toFixed(1)} ms` : `${milliseconds.toFixed(2)} ms`;
}

/** A share as a percentage, rounded down: 99.999 % of a year is not 100 %. */
export function percent(share: number): string {
  return `${(Math.floor(share * 10_000 + 1e-9) / 100).toFixed(2)}%`;
}

/** What there was of time that has no uptime: `maintenance`, or `not observed` when it was that for longer. */
export function withoutUptime({
  unknown_seconds,
  maintenance_seconds,
}: Pick<UptimeFigures, 'unknown_seconds' | 'maintenance_seconds'>): 'maintenance' | 'not observed' {
  return maintenance_seconds > unknown_seconds ? 'maintenance' : 'not observed';
}

/** Text from elsewhere as it may go to a terminal, which must not act on it. */
export function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

/** `1 monitor`, `2 monitors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
