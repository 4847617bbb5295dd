import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import type { Monitor } from '../core/monitor.ts';
import { outcomeNotRun, type CheckResult, type Outcome } from '../core/outcome.ts';
import { openConsumer, type Consumer, type Handled } from '../queue/consumer.ts';
import type { Definitions } from '../queue/definitions.ts';
import { CHECKS_QUEUE, type CheckJob } from '../queue/payloads.ts';
import type { ResultProducer } from '../queue/result-producer.ts';
import type { Transport } from '../queue/transport.ts';
import { HostLimit } from './host-limit.ts';

/** How long a check waits before it asks again for a place at a busy host, ms. */
const HOST_BUSY_RETRY_MS = 50;

export interface CheckRunnerDeps {
  readonly transport: Transport;
  readonly definitions: Pick<Definitions, 'find'>;
  readonly results: ResultProducer;
  /** Probes one monitor; the outcome of a failing target is data, so a rejection is a fault of ours. */
  readonly probe: (monitor: Monitor) => Promise<Outcome>;
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
  const hosts = new HostLimit(initial.per_host);
  const run = (check: CheckJob): Promise<Handled> => runCheck(check, deps, hosts, settings.location);
  const consumer: Consumer = openConsumer<CheckJob>(deps.transport, CHECKS_QUEUE, run, {
    concurrency: initial.concurrency,
  });
  return {
    get active() {
      return consumer.active;
    },
    configure(next) {
      settings = next;
      hosts.setMost(next.per_host);
      consumer.setConcurrency(next.concurrency);
    },
    close: (grace) => consumer.close(grace),
  };
}

/** One check from the queue to its result: still due? known? a place at the host? probe, hand on. */
async function runCheck(check: CheckJob, deps: CheckRunnerDeps, hosts: HostLimit, location: string): Promise<Handled> {
  const { clock, definitions, results } = deps;
  const hand = async (outcome: Outcome): Promise<undefined> => {
    const { monitor, slot, interval } = check;
    const result: CheckResult = { monitor, slot, location, interval, ...outcome };
    await results.push(result);
  };
  if (clock.now() - check.slot > check.interval) return hand(outcomeNotRun('missed_late'));
  const monitor = await definitions.find(check.monitor, check.version);
  if (monitor === undefined) return hand(outcomeNotRun('definition_missing'));
  const giveBack = hosts.take(monitor.url);
  if (giveBack === undefined) return { retryIn: HOST_BUSY_RETRY_MS };
  try {
    return await hand(await probeSafely(monitor, deps));
  } finally {
    giveBack();
  }
}

async function probeSafely(monitor: Monitor, { probe, clock, logger }: CheckRunnerDeps): Promise<Outcome> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  try {
    return await probe(monitor);
  } catch (thrown) {
    logger.error({ err: toError(thrown), monitor: monitor.id }, 'a probe failed in a way it must not');
    return { ...outcomeNotRun('internal_error'), startedAt, durationMs: clock.monotonic() - started };
  }
}
