import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { toError } from '../core/errors.ts';
import { hostOf } from '../core/monitor/kinds.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { secretsOf } from '../core/monitor/secrets.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import { Redactor } from '../core/redactor.ts';
import { failure } from '../net/failure.ts';
import { openConsumer } from '../queue/consumer.ts';
import type { Definitions } from '../queue/definitions.ts';
import { CHECKS_QUEUE, type CheckJob } from '../queue/payloads.ts';
import type { Elsewhere } from '../queue/elsewhere.ts';
import type { ResultProducer } from '../queue/result-producer.ts';
import type { Transport } from '../queue/transport.ts';
import type { Egress } from './egress.ts';
import { EvidenceNews } from './evidence-news.ts';
import { Gate } from './gate.ts';
import { Pace } from './pace.ts';
import type { CheckOptions } from './probe/probe.ts';
import { isSpoiled, type Standstill } from './standstill.ts';

/** So many checks may wait for their host or their turn beside those that run, and so many more for each place. */
const WAITING_ROOM = 1000;
const WAITING_ROOM_SHARE = 4;

export interface CheckRunnerDeps {
  readonly transport: Transport;
  readonly definitions: Pick<Definitions, 'find'>;
  readonly results: ResultProducer;
  /** Probes one monitor; the outcome of a failing target is data, so a rejection is a fault of ours. */
  readonly probe: (monitor: ProbedMonitor, options: CheckOptions) => Promise<Outcome>;
  /** Tells failures of targets from being cut off ourselves. */
  readonly egress: Pick<Egress, 'judge'>;
  readonly standstill: Pick<Standstill, 'sum'>;
  /** The way for checks to other locations; `null` where there is but one. */
  readonly elsewhere: Pick<Elsewhere, 'leave'> | null;
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
  const pace = new Pace();
  const gate = new Gate(initial, () => pace.quickMonitors);
  const news = new EvidenceNews(deps.clock);
  const run = (check: CheckJob): Promise<void> =>
    runCheck(check, deps, { gate, pace, news, location: settings.location });
  const consumer = openConsumer(deps.transport, CHECKS_QUEUE, run, { concurrency: jobsAtOnce(initial) });
  return {
    get active() {
      return consumer.active;
    },
    configure(next) {
      settings = next;
      gate.setLimits(next);
      consumer.setConcurrency(jobsAtOnce(next));
    },
    close: (grace) => consumer.close(grace),
  };
}

/**
 * How many jobs to hold at a time. Those that wait for their host or their turn must not keep those in the queue that could
 * begin, so there is room for them; one that could not be taken back when it is needed, for BullMQ looks at the number
 * again only when a job ends.
 */
function jobsAtOnce({ concurrency }: CheckRunnerSettings): number {
  return concurrency * (1 + WAITING_ROOM_SHARE) + WAITING_ROOM;
}

/** What the checks of one runner share. */
interface Shared {
  readonly gate: Gate;
  readonly pace: Pace;
  readonly news: EvidenceNews;
  readonly location: string;
}

/** One check from the queue to its result: ours? known? a place at the host? still due? probe, hand on. */
async function runCheck(check: CheckJob, deps: CheckRunnerDeps, { gate, pace, news, location }: Shared): Promise<void> {
  const { clock, definitions, results } = deps;
  if (check.avoid === location && (await deps.elsewhere?.leave(check, location)) === true) return;
  const monitor = await definitions.find(check.monitor, check.version);
  const hand = async (outcome: Outcome): Promise<void> => {
    const { slot, interval } = check;
    const evidence = news.isNews(check.monitor, outcome) ? outcome.evidence : null;
    // The final URL may hold a secret of the target's and is not stored: it does not travel through the queue.
    const carried = withoutOwnSecrets({ ...outcome, finalUrl: null, evidence }, monitor);
    await results.push({ monitor: check.monitor, slot, location, interval, attempt: check.attempt ?? 1, ...carried });
  };
  if (monitor === undefined) return hand(outcomeNotRun('definition_missing'));
  const leave = await gate.enter({ host: hostOf(monitor), ...pace.meet(monitor.id) });
  const confirms = (check.attempt ?? 1) > 1;
  const began = clock.monotonic();
  let outcome: Outcome;
  try {
    const tooLate = clock.now() - check.slot > check.interval;
    if (tooLate) return hand(outcomeNotRun('missed_late'));
    outcome = await probeSafely(monitor, check, deps);
    pace.note(monitor.id, outcome.durationMs ?? 0, monitor.timeout);
  } finally {
    leave();
  }
  return hand(await deps.egress.judge({ monitor, outcome, began, confirms }));
}

/** What a probe saw, unless that is our own doing. */
async function probeSafely(
  monitor: ProbedMonitor,
  { trace = null }: { readonly trace?: string | null },
  { probe, standstill, clock, logger }: CheckRunnerDeps,
): Promise<Outcome> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  const stoodStillBefore = standstill.sum;
  try {
    const outcome = await probe(monitor, { traceId: trace, evidence: true });
    const stoodStill = standstill.sum - stoodStillBefore;
    return isSpoiled(outcome, stoodStill, monitor.timeout) ? spoiled(outcome, stoodStill) : outcome;
  } catch (thrown) {
    logger.error({ err: toError(thrown), monitor: monitor.id }, 'a probe failed in a way it must not');
    return { ...outcomeNotRun('internal_error'), startedAt, durationMs: clock.monotonic() - started };
  }
}

function spoiled(outcome: Outcome, stoodStill: Milliseconds): Outcome {
  const { message } = failure('worker_stalled', `for ${Math.round(stoodStill)} ms; ${outcome.reason}`);
  return { ...outcome, status: 'unknown', reason: 'worker_stalled', message };
}

/** A target may send back what it was sent. Who can read the queue must not learn it. */
function withoutOwnSecrets(outcome: Outcome, monitor: ProbedMonitor | undefined): Outcome {
  if (monitor === undefined || (outcome.message === null && outcome.evidence === null)) return outcome;
  const secrets = secretsOf(monitor);
  return secrets.length === 0 ? outcome : redactOutcome(outcome, new Redactor(secrets).redact);
}
