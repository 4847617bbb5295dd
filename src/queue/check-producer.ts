import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { CHECKS_QUEUE, checkJobId, type CheckJob } from './payloads.ts';
import type { Transport } from './transport.ts';

/** After its timeout, how long a check may still be on its way before it counts as lost: lock, stalled check, hand-over. */
const LOST_AFTER_MS = 15_000;

export interface CheckRequest extends CheckJob {
  readonly timeout: Milliseconds;
}

/**
 * Puts due checks into the queue, and knows which monitors have one under way: BullMQ would run the same monitor
 * several times at once.
 */
export interface CheckProducer {
  /** Queues these checks. Rejects within about 2 s when the queue cannot be reached; none of them then counts as under way. */
  enqueue(requests: readonly CheckRequest[]): Promise<void>;
  /** Whether a check of this monitor is queued or running. */
  isUnderWay(monitor: string): boolean;
  /** The result of this check has come back. */
  settle(monitor: string, slot: number): void;
  /** Forgets all checks under way: the queue was lost with them. */
  forgetAll(): void;
  /** How many checks are under way. */
  readonly underWay: number;
  close(): Promise<void>;
}

export function openCheckProducer(transport: Transport, clock: Clock): CheckProducer {
  const queue = transport.queue<CheckJob>(CHECKS_QUEUE, {
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    streams: { events: { maxLen: 1000 } },
  });
  const underWay = new Map<string, { slot: number; lostAt: number }>();
  return {
    async enqueue(requests) {
      const now = clock.monotonic();
      for (const { monitor, slot, timeout } of requests) {
        underWay.set(monitor, { slot, lostAt: now + timeout + LOST_AFTER_MS });
      }
      try {
        await queue.addBulk(
          requests.map((request) => {
            const data = jobOf(request);
            return { name: 'check', data, opts: { jobId: checkJobId(data) } };
          }),
        );
      } catch (thrown) {
        for (const { monitor, slot } of requests) {
          if (underWay.get(monitor)?.slot === slot) underWay.delete(monitor);
        }
        throw thrown;
      }
    },
    isUnderWay(monitor) {
      const entry = underWay.get(monitor);
      if (entry === undefined) return false;
      if (clock.monotonic() < entry.lostAt) return true;
      underWay.delete(monitor);
      return false;
    },
    settle(monitor, slot) {
      if (underWay.get(monitor)?.slot === slot) underWay.delete(monitor);
    },
    forgetAll() {
      underWay.clear();
    },
    get underWay() {
      return underWay.size;
    },
    close: () => queue.close(),
  };
}

/** What travels of a request: what is not said takes no room. */
function jobOf({ monitor, slot, version, interval, trace, attempt, avoid }: CheckRequest): CheckJob {
  return {
    monitor,
    slot,
    version,
    interval,
    ...(trace !== undefined && { trace }),
    ...(attempt !== undefined && { attempt }),
    ...(avoid !== undefined && { avoid }),
  };
}
