import type { Evidence } from './evidence.ts';
import type { Reason } from './reasons.ts';
import type { Status } from './status.ts';

/** How long each phase of a probe took, in milliseconds; `null` for a phase that was not reached or does not apply. */
export interface Phases {
  readonly dns: number | null;
  readonly connect: number | null;
  readonly tls: number | null;
  /** From the request being sent to the first byte of the answer's headers. */
  readonly wait: number | null;
  readonly body: number | null;
}

export const NO_PHASES: Phases = { dns: null, connect: null, tls: null, wait: null, body: null };

/** What one probe saw. A failing target is this record, never an exception. */
export interface Outcome {
  readonly status: Status;
  /** Why the status is not `up`; `null` when it is. */
  readonly reason: Reason | null;
  /** A sentence for people about this very outcome, at most 200 characters, without control characters. */
  readonly message: string | null;
  readonly statusCode: number | null;
  /** Where the last redirect led; the target itself when there was none; `null` when nothing was asked. */
  readonly finalUrl: string | null;
  /** The address that was dialled, `192.0.2.1:443` or `[2001:db8::1]:443`; `null` when none was. */
  readonly address: string | null;
  /** Wall-clock time at which the probe began, ms since the epoch; `null` for a check that never began. */
  readonly startedAt: number | null;
  /** Whole time of the probe in ms on the monotonic clock; `null` for a check that never began. */
  readonly durationMs: number | null;
  readonly phases: Phases;
  /** The trace id (W3C Trace Context) that the request carried; `null` when it carried none. */
  readonly traceId: string | null;
  /** `null` when nobody asked for it, or nothing was done. */
  readonly evidence: Evidence | null;
}

/** The outcome of one check: of one monitor, for one slot, at one location. Unique by these three. */
export interface CheckResult extends Outcome {
  readonly monitor: string;
  /** When the check was due, ms since the epoch, a whole number. */
  readonly slot: number;
  readonly location: string;
  /** The interval of the monitor when the check was due, in ms: how long this result speaks for. */
  readonly interval: number;
  /** Which try of its slot this was, from 1 up. */
  readonly attempt: number;
}

/** The outcome of a check that never reached its probe: the fault is ours, so the status is `unknown`. */
export function outcomeNotRun(reason: Reason): Outcome {
  return {
    status: 'unknown',
    reason,
    message: null,
    statusCode: null,
    finalUrl: null,
    address: null,
    startedAt: null,
    durationMs: null,
    phases: NO_PHASES,
    traceId: null,
    evidence: null,
  };
}
