import { expect } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { ProbedMonitor } from '../../src/core/monitor/monitor.ts';
import { parseMonitor } from '../../src/core/monitor/parse.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { type Network, createNetwork } from '../../src/net/network.ts';
import { ContentJudge } from '../../src/worker/probe/http/content-judge.ts';
import type { Probe } from '../../src/worker/probe/probe.ts';
import { TEST_AUTHORITY } from '../targets/certificates.ts';

export const TEST_NETWORK = createNetwork({ clock: systemClock, authorities: [TEST_AUTHORITY] });

/** Probes the monitor that a person wrote like this, with evidence, on a network that trusts the test authority. */
export async function probeWritten<M extends ProbedMonitor>(
  probe: Probe<M>,
  written: Readonly<Record<string, unknown>>,
  network: Network = TEST_NETWORK,
): Promise<Outcome & { readonly evidence: Evidence }> {
  const read = parseMonitor(written);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const kept = { tokens: new Map(), contents: new ContentJudge() };
  const context = { clock: systemClock, network, ...kept, traceId: null, evidence: true };
  const outcome = await probe(read.value as M, context);
  if (outcome.evidence === null) throw new Error('no evidence');
  return { ...outcome, evidence: outcome.evidence };
}

/** How many handles and timers this process holds, by their kinds. */
function held(): number {
  return process.getActiveResourcesInfo().filter((kind) => !kind.startsWith('Immediate')).length;
}

/** Runs one probe 200 times, ten at a time, and sees that neither side still holds anything. */
export async function leaksNothing(run: () => Promise<unknown>, openConnections: () => number): Promise<void> {
  await run();
  await expect.poll(openConnections, { interval: 5 }).toBe(0);
  const before = held();
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 10 }, run));
  await expect.poll(openConnections, { interval: 5, timeout: 3000 }).toBe(0);
  await expect.poll(held, { interval: 5, timeout: 3000 }).toBeLessThanOrEqual(before);
}
