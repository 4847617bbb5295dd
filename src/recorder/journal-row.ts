import type { CheckResult } from '../core/outcome.ts';
import { statusOfOutcome } from '../core/status-machine.ts';
import type { JournalRow } from '../db/schema.ts';

/** A result as the row that keeps it, for a monitor whose previous slot is one interval back. Times in whole µs. */
export function journalRow(result: CheckResult, monitor: number, location: number): JournalRow {
  const { slot, startedAt, reason, phases } = result;
  const status = statusOfOutcome(result);
  return {
    slot,
    monitor,
    location,
    interval_ms: result.interval,
    back_ms: null,
    status,
    reason,
    status_code: result.statusCode,
    late_ms: startedAt === null ? null : Math.round(startedAt - slot),
    duration_us: microseconds(result.durationMs),
    dns_us: microseconds(phases.dns),
    connect_us: microseconds(phases.connect),
    tls_us: microseconds(phases.tls),
    wait_us: microseconds(phases.wait),
    body_us: microseconds(phases.body),
    message: status === 'up' ? null : result.message,
    // An older worker may have sent nothing at all.
    traced: typeof result.traceId === 'string' ? 1 : null,
  };
}

/** Never negative, whatever a clock did. */
function microseconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.max(0, Math.round(milliseconds * 1000));
}
