import type { Milliseconds } from '../core/duration.ts';
import type { Transport, TransportWorkerOptions } from './transport.ts';

/** Takes jobs of one queue until it is closed. */
export interface Consumer {
  /** Jobs being handled right now. */
  readonly active: number;
  setConcurrency(concurrency: number): void;
  /**
   * Takes no more jobs, waits for those under way at most `grace` ms, and lets go. Always ends: BullMQ's own close
   * waits for ever while Redis is away.
   */
  close(grace: Milliseconds): Promise<void>;
}

/** How long the farewell to Redis may take once no job is under way, ms. */
const FAREWELL_MS = 1500;

/**
 * Opens a consumer. A handler that throws fails the job: BullMQ runs it again if it has attempts left.
 */
export function openConsumer<Data>(
  transport: Transport,
  name: string,
  handler: (data: Data) => Promise<void>,
  options: TransportWorkerOptions,
): Consumer {
  let active = 0;
  let idle: (() => void) | undefined;
  const worker = transport.worker<Data>(
    name,
    async (job) => {
      active += 1;
      try {
        await handler(job.data);
      } finally {
        active -= 1;
        if (active === 0) idle?.();
      }
    },
    options,
  );
  return {
    get active() {
      return active;
    },
    setConcurrency(concurrency) {
      worker.concurrency = concurrency;
    },
    async close(grace) {
      await worker.pause(true);
      if (active > 0) await withinTime(new Promise<void>((resolve) => (idle = resolve)), grace);
      await withinTime(worker.close(active > 0), FAREWELL_MS);
    },
  };
}

async function withinTime(work: Promise<void>, limit: Milliseconds): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
