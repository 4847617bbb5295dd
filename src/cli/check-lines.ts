import { statusOk } from '../core/status.ts';
import type { Outcome } from '../core/outcome.ts';
import { REASONS } from '../core/reasons.ts';

/** What was checked: an address of the command line, or a monitor of the file. */
export interface Subject {
  /** The address, as it was given or as it may be shown. */
  readonly url: string;
  /** The id of the monitor; `null` for an address. */
  readonly monitor: string | null;
}

/** Paints a verdict for a terminal; the word itself elsewhere. `Degraded` is the word OK in another colour. */
export type Paint = (verdict: 'OK' | 'Bad' | 'Degraded') => string;

/** Whether an outcome counts as OK: a check that says nothing about its target (`unknown`) is Bad, for it was not seen up. */
export function isOk(outcome: Outcome): boolean {
  return statusOk(outcome.status) === true;
}

/** One result for a person: `<url> OK 200 12 ms`, or `<url> Bad 503 12 ms status_unexpected: got 503, expected 2xx`. */
export function textLine({ url, monitor }: Subject, outcome: Outcome, paint: Paint): string {
  const { status, statusCode, durationMs, reason, message } = outcome;
  const shown = (monitor ?? url).replace(/\p{Cc}/gu, '\u{fffd}');
  const figures = `${statusCode ?? '-'} ${Math.round(durationMs ?? 0)} ms`;
  if (reason === null) return `${shown} ${paint('OK')} ${figures}\n`;
  const why = `${reason}: ${message ?? REASONS[reason].text}`;
  if (status === 'degraded') return `${shown} ${paint('Degraded')} ${figures} degraded, ${why}\n`;
  return `${shown} ${paint('Bad')} ${figures} ${why}\n`;
}
