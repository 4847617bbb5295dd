import { hash } from 'node:crypto';

const NO_TRACE = '0'.repeat(32);

/** What a database's trace ids are made from: random, made once, 32 hexadecimal digits. */
export type TraceSeed = string;

/**
 * The trace id (W3C Trace Context) of a monitor's check for a slot: 32 hexadecimal digits, never all zero. A pure
 * function of three things that are known anyway, so it costs nothing to keep, and all tries of one slot share it.
 */
export function traceIdOf(seed: TraceSeed, monitor: string, slot: number): string {
  const id = hash('sha256', `${seed}\n${monitor}\n${slot}`, 'hex').slice(0, NO_TRACE.length);
  // The one id the standard forbids (section 3.2.2.3).
  return id === NO_TRACE ? `${NO_TRACE.slice(1)}1` : id;
}
