import { QuantileSketch } from '../quantiles.ts';
import { STATUSES, type Status } from '../status.ts';
import type { KeptResult } from './kept-result.ts';

/** How often a phase was measured, and how long it took in all, whole µs. */
export interface PhaseSum {
  count: number;
  sumUs: number;
}

/** What the results of a stretch of time come to, of one monitor. Two of them add up to that of both stretches. */
export interface Rollup {
  /** Results by status, those that never began included. */
  readonly counts: Record<Status, number>;
  /** Results of checks that never began. */
  missed: number;
  /** How late checks began, ms; negative ones as 0. */
  readonly late: QuantileSketch;
  /** How long checks took that found the target up or degraded, ms. */
  readonly duration: QuantileSketch;
  /** The phases of the same checks. */
  readonly phases: Readonly<Record<PhaseName, PhaseSum>>;
}

export const PHASE_NAMES = ['dns', 'connect', 'tls', 'wait', 'body'] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** The rollup of no results. */
export function emptyRollup(): Rollup {
  return {
    counts: { up: 0, degraded: 0, down: 0, unknown: 0 },
    missed: 0,
    late: new QuantileSketch(),
    duration: new QuantileSketch(),
    phases: { dns: none(), connect: none(), tls: none(), wait: none(), body: none() },
  };
}

function none(): PhaseSum {
  return { count: 0, sumUs: 0 };
}

/** Takes one more result into a rollup. */
export function addToRollup(rollup: Rollup, result: KeptResult): void {
  rollup.counts[result.status] += 1;
  if (result.lateMs === null) rollup.missed += 1;
  else rollup.late.add(result.lateMs);
  if (result.status !== 'up' && result.status !== 'degraded') return;
  if (result.durationUs !== null) rollup.duration.add(result.durationUs / 1000);
  const { dns, connect, tls, wait, body } = rollup.phases;
  addPhase(dns, result.dnsUs);
  addPhase(connect, result.connectUs);
  addPhase(tls, result.tlsUs);
  addPhase(wait, result.waitUs);
  addPhase(body, result.bodyUs);
}

function addPhase(sum: PhaseSum, microseconds: number | null): void {
  if (microseconds === null) return;
  sum.count += 1;
  sum.sumUs += microseconds;
}

/** Takes all that another rollup has seen into this one, as if each result had been added here. */
export function mergeRollup(into: Rollup, other: Rollup): void {
  for (const status of STATUSES) into.counts[status] += other.counts[status];
  into.missed += other.missed;
  into.late.merge(other.late);
  into.duration.merge(other.duration);
  for (const name of PHASE_NAMES) {
    into.phases[name].count += other.phases[name].count;
    into.phases[name].sumUs += other.phases[name].sumUs;
  }
}

/** Results in a rollup. */
export function countOf({ counts }: Rollup): number {
  return counts.up + counts.degraded + counts.down + counts.unknown;
}
