import type { Logger } from 'pino';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { networkOfFile } from '../net/network-settings.ts';
import { knockAtAny } from '../net/knock.ts';
import { createNetwork } from '../net/network.ts';
import { ResultProducer } from '../queue/result-producer.ts';
import { openCheckRunner } from '../worker/check-runner.ts';
import { Egress, type EgressDeps } from '../worker/egress.ts';
import { openProbes } from '../worker/probe/index.ts';
import { Standstill } from '../worker/standstill.ts';
import type { Closers } from './closers.ts';
import type { Queues } from './queues.ts';

/** How long a stopping process waits for its checks, and then for their results to be handed over. */
const CHECKS_GRACE_MS: Milliseconds = 7000;
const RESULTS_GRACE_MS: Milliseconds = 1000;

/** What of the settings concerns a worker. */
export type WorkerRoleSettings = Pick<ServeSettings['settings'], 'worker' | 'network'>;

export interface WorkerRoleDeps {
  readonly settings: WorkerRoleSettings;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly closers: Closers;
}

/** The role `worker`, running. */
export interface WorkerRole {
  /** Takes over new limits and a new policy; checks under way are not disturbed. */
  configure(settings: WorkerRoleSettings): void;
}

/** Opens the role `worker`: takes checks from the queue, probes, and hands the outcomes on. Needs no database. */
export function openWorkerRole({ settings, queues, logger, clock, closers }: WorkerRoleDeps): WorkerRole {
  const { transport, definitions } = queues;
  const results = new ResultProducer(transport, logger);
  closers.push('results producer of the worker', () => results.close(RESULTS_GRACE_MS));
  let current = settings;
  const network = createNetwork({ clock, ...networkOfFile(settings.network) });
  const probe = openProbes({ clock, network });
  const knock: EgressDeps['knock'] = (endpoints, within) => knockAtAny(endpoints, network, within);
  const egress = new Egress({ knock, clock, logger }, settings.network);
  const standstill = new Standstill(clock);
  closers.push('watch for standstills', () => standstill.close());
  const way = { transport, definitions, results, elsewhere: queues.elsewhere };
  const runner = openCheckRunner({ ...way, probe, egress, standstill, clock, logger }, settings.worker);
  closers.push('check runner', () => runner.close(CHECKS_GRACE_MS));
  queues.announce({ location: settings.worker.location, concurrency: () => current.worker.concurrency });
  return {
    configure(next) {
      current = next;
      network.configure(networkOfFile(next.network));
      egress.configure(next.network);
      runner.configure(next.worker);
    },
  };
}
