import type { Logger } from 'pino';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { ResultProducer } from '../queue/result-producer.ts';
import { openCheckRunner, type CheckRunner } from '../worker/check-runner.ts';
import { openProbes } from '../worker/probe/index.ts';
import type { Closers } from './closers.ts';
import type { Queues } from './queues.ts';

/** How long a stopping process waits for its checks, and then for their results to be handed over. */
const CHECKS_GRACE_MS: Milliseconds = 7000;
const RESULTS_GRACE_MS: Milliseconds = 1000;

export interface WorkerRoleDeps {
  readonly settings: Pick<ServeSettings['settings'], 'worker'>;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly closers: Closers;
}

/** Opens the role `worker`: takes checks from the queue, probes, and hands the outcomes on. Needs no database. */
export function openWorkerRole({ settings, queues, logger, clock, closers }: WorkerRoleDeps): CheckRunner {
  const { transport, definitions } = queues;
  const results = new ResultProducer(transport, logger);
  closers.push('results producer of the worker', () => results.close(RESULTS_GRACE_MS));
  const probe = openProbes({ clock });
  const runner = openCheckRunner({ transport, definitions, results, probe, clock, logger }, settings.worker);
  closers.push('check runner', () => runner.close(CHECKS_GRACE_MS));
  queues.announce({ location: settings.worker.location, concurrency: () => settings.worker.concurrency });
  return runner;
}
