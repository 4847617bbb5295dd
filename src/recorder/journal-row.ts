import { keptMicroseconds } from '../core/history/kept-result.ts';
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
    duration_us: keptMicroseconds(result.durationMs),
    dns_us: keptMicroseconds(phases.dns),
    connect_us: keptMicroseconds(phases.connect),
    tls_us: keptMicroseconds(phases.tls),
    wait_us: keptMicroseconds(phases.wait),
    body_us: keptMicroseconds(phases.body),
    message: status === 'up' ? null : result.message,
    // An older worker may have sent nothing at all.
    traced: typeof result.traceId === 'string' ? 1 : null,
    family: familyOf(result.address),
    attempt: Number.isSafeInteger(result.attempt) && result.attempt > 1 ? result.attempt : null,
  };
}

/** Of the address that was dialled last; one of version 6 stands in brackets. */
function familyOf(address: string | null): 4 | 6 | null {
  if (typeof address !== 'string') return null;
  return address.startsWith('[') ? 6 : 4;
}
