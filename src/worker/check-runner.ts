import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import { hostOf } from '../core/monitor/kinds.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';
import { openConsumer } from '../queue/consumer.ts';
import type { Definitions } from '../queue/definitions.ts';
import { CHECKS_QUEUE, type CheckJob } from '../queue/payloads.ts';
import type { ResultProducer } from '../queue/result-producer.ts';
import type { Transport } from '../queue/transport.ts';
import { Gate } from './gate.ts';

/** With a limit per host, how many checks may wait for their host beside those that run: so many times as many. */
const WAITING_ROOM = 4;

export interface CheckRunnerDeps {
  readonly transport: Transport;
  readonly definitions: Pick<Definitions, 'find'>;
  readonly results: ResultProducer;
  /** Probes one monitor; the outcome of a failing target is data, so a rejection is a fault of ours. */
  readonly probe: (monitor: ProbedMonitor) => Promise<Outcome>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CheckRunnerSettings {
  readonly concurrency: number;
  readonly per_host: number | null;
  readonly location: string;
}

/** Takes checks from the queue, probes their targets, and hands the outcomes on. */
export interface CheckRunner {
  readonly active: number;
  /** Takes over new limits; checks under way are not disturbed. */
  configure(settings: CheckRunnerSettings): void;
  /** Takes no more checks and waits for those under way at most `grace` ms. */
  close(grace: Milliseconds): Promise<void>;
}

export function openCheckRunner(deps: CheckRunnerDeps, initial: CheckRunnerSettings): CheckRunner {
  let settings = initial;
  const gate = new Gate(initial);
  const run = (check: CheckJob): Promise<void> => runCheck(check, deps, gate, settings.location);
  const consumer = openConsumer(deps.transport, CHECKS_QUEUE, run, { concurrency: placesFor(initial) });
  return {
    get active() {
      return consumer.active;
    },
    configure(next) {
      settings = next;
      gate.setLimits(next);
      consumer.setConcurrency(placesFor(next));
    },
    close: (grace) => consumer.close(grace),
  };
}

/** How many jobs to take from the queue at a time. Without a limit per host nobody waits here, so others may take them. */
function placesFor({ concurrency, per_host }: CheckRunnerSettings): number {
  return per_host === null ? concurrency : concurrency * (1 + WAITING_ROOM);
}

/** One check from the queue to its result: known? a place at the host? still due? probe, hand on. */
async function runCheck(check: CheckJob, deps: CheckRunnerDeps, gate: Gate, location: string): Promise<void> {
  const { clock, definitions, results } = deps;
  const hand = async (outcome: Outcome): Promise<void> => {
    const { monitor, slot, interval } = check;
    // The final URL may hold a secret of the target's and is not stored: it does not travel through the queue.
    await results.push({ monitor, slot, location, interval, ...outcome, finalUrl: null });
  };
  const monitor = await definitions.find(check.monitor, check.version);
  if (monitor === undefined) return hand(outcomeNotRun('definition_missing'));
  const leave = await gate.enter(hostOf(monitor) ?? '');
  let outcome: Outcome;
  try {
    const tooLate = clock.now() - check.slot > check.interval;
    outcome = tooLate ? outcomeNotRun('missed_late') : await probeSafely(monitor, deps);
  } finally {
    leave();
  }
  return hand(outcome);
}

async function probeSafely(monitor: ProbedMonitor, { probe, clock, logger }: CheckRunnerDeps): Promise<Outcome> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  try {
    return await probe(monitor);
  } catch (thrown) {
    logger.error({ err: toError(thrown), monitor: monitor.id }, 'a probe failed in a way it must not');
    return { ...outcomeNotRun('internal_error'), startedAt, durationMs: clock.monotonic() - started };
  }
}
