import { statusOk } from '../core/status.ts';
import type { Outcome } from '../core/outcome.ts';
import { REASONS } from '../core/reasons.ts';

/** Paints a word for a terminal; the identity elsewhere. */
export type Paint = (word: 'OK' | 'Bad') => string;

/** Whether an outcome counts as OK: a check that says nothing about its target (`unknown`) is Bad, for it was not seen up. */
export function isOk(outcome: Outcome): boolean {
  return statusOk(outcome.status) === true;
}

/** One result for a person: `<url> OK 200 12 ms`, or `<url> Bad 503 12 ms status_unexpected: got 503, expected 2xx`. */
export function textLine(url: string, outcome: Outcome, paint: Paint): string {
  const { statusCode, durationMs, reason, message } = outcome;
  const shown = url.replace(/\p{Cc}/gu, '\u{fffd}');
  const figures = `${statusCode ?? '-'} ${Math.round(durationMs ?? 0)} ms`;
  if (reason === null) return `${shown} ${paint('OK')} ${figures}\n`;
  return `${shown} ${paint('Bad')} ${figures} ${reason}: ${message ?? REASONS[reason].text}\n`;
}

/** One result for a program, as an object on a line. */
export function jsonLine(url: string, outcome: Outcome): string {
  const { phases } = outcome;
  return `${JSON.stringify({
    url,
    ok: isOk(outcome),
    status: outcome.status,
    reason: outcome.reason,
    status_code: outcome.statusCode,
    final_url: outcome.finalUrl,
    address: outcome.address,
    started_at: outcome.startedAt === null ? null : new Date(outcome.startedAt).toISOString(),
    duration_ms: rounded(outcome.durationMs),
    phases_ms: {
      dns: rounded(phases.dns),
      connect: rounded(phases.connect),
      tls: rounded(phases.tls),
      wait: rounded(phases.wait),
      body: rounded(phases.body),
    },
  })}\n`;
}

/** To the microsecond: more digits say nothing. */
function rounded(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 1000) / 1000;
}
