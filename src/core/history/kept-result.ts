import type { Reason } from '../reasons.ts';
import type { Status } from '../status.ts';

/**
 * One result as history keeps it; whose it is and from which location stands in the key it is kept under. Durations are
 * whole µs from 0 up, as {@link keptMicroseconds} makes them.
 */
export interface KeptResult {
  /** When the check was due, whole ms since the epoch. */
  readonly slot: number;
  /** The monitor's interval when the check was due, whole ms, at least 1. */
  readonly intervalMs: number;
  readonly status: Status;
  /** `null` when the status is `up`. */
  readonly reason: Reason | null;
  readonly statusCode: number | null;
  /** From the slot to the beginning of the check, whole ms, below zero when a clock was set back; `null`: it never began. */
  readonly lateMs: number | null;
  readonly durationUs: number | null;
  readonly dnsUs: number | null;
  readonly connectUs: number | null;
  readonly tlsUs: number | null;
  readonly waitUs: number | null;
  readonly bodyUs: number | null;
  /** The version of the Internet Protocol of the address that was dialled last; `null` when none was. */
  readonly family: 4 | 6 | null;
  /** Which try of its slot this was, from 1 up. */
  readonly attempt: number;
  /** Whether the request carried the trace id that core/trace-id.ts makes. */
  readonly traced: boolean;
  /** Only when the status is not `up`. */
  readonly message: string | null;
}

const EXACT_BELOW_US = 1000;
const COARSE_US = 10;

/**
 * A duration in ms as it is kept: whole µs below 1 ms, to 10 µs from there on, which is finer than any network is steady
 * and saves 3 bits a value. Never negative, whatever a clock did.
 */
export function keptMicroseconds(milliseconds: number | null): number | null {
  if (milliseconds === null) return null;
  const exact = Math.max(0, Math.round(milliseconds * 1000));
  return exact < EXACT_BELOW_US ? exact : Math.round(exact / COARSE_US) * COARSE_US;
}
