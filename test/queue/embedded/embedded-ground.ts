import type { IQueueBackend, JobJson, JobsOptions, WorkerOptions } from 'bullmq';
import { embeddedBackend, EmbeddedStore } from '../../../src/queue/embedded/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A job as BullMQ hands it to a backend, added now. */
export function jobAt(clock: ManualClock, opts: JobsOptions = {}): JobJson {
  return {
    id: '',
    name: 'check',
    data: '{}',
    opts: { attempts: 1, ...opts },
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 0,
    timestamp: clock.now(),
    failedReason: '',
    returnvalue: '',
    stalledCounter: 0,
  };
}

/** The backend of one worker on a store whose time stands still. */
export function openStill(opts: Partial<WorkerOptions> = {}): { clock: ManualClock; backend: IQueueBackend } {
  const clock = new ManualClock();
  const store = new EmbeddedStore(clock);
  const options = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 1, ...opts };
  const backend = embeddedBackend(store)('still', { connection: {}, ...options }, { withBlockingConnection: true });
  return { clock, backend };
}

/** The id of the job this backend gives next, or undefined. */
export async function takeId(backend: IQueueBackend, token = 'token'): Promise<string | undefined> {
  const [job] = (await backend.moveToActive(token)) as [JobJson | null];
  return job?.id;
}
