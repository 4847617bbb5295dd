import { systemClock } from '../core/clock.ts';
import { NO_EVIDENCE } from '../core/evidence.ts';
import type { Outcome } from '../core/outcome.ts';
import { sightAnswer } from '../query/evidence-answer.ts';
import { toMicrosecond } from '../query/units.ts';
import { isOk, type Subject } from './check-lines.ts';

/** One result for a program, as an object on a line. */
export function jsonLine({ url, monitor }: Subject, outcome: Outcome): string {
  const { phases } = outcome;
  return `${JSON.stringify({
    ...(monitor !== null && { monitor }),
    url,
    ok: isOk(outcome),
    status: outcome.status,
    reason: outcome.reason,
    message: outcome.message,
    status_code: outcome.statusCode,
    final_url: outcome.finalUrl,
    address: outcome.address,
    started_at: outcome.startedAt === null ? null : new Date(outcome.startedAt).toISOString(),
    duration_ms: toMicrosecond(outcome.durationMs),
    phases_ms: {
      dns: toMicrosecond(phases.dns),
      connect: toMicrosecond(phases.connect),
      tls: toMicrosecond(phases.tls),
      wait: toMicrosecond(phases.wait),
      body: toMicrosecond(phases.body),
    },
    ...sightAnswer(outcome.evidence ?? NO_EVIDENCE, systemClock.now()),
  })}\n`;
}
