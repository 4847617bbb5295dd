import type { Redis } from 'ioredis';
import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { CHECKS_QUEUE, checkJobId, type CheckJob } from './payloads.ts';
import type { Transport } from './transport.ts';
import { listWorkers } from './worker-registry.ts';

/** How long it is believed who is there. */
const BELIEVED_MS: Milliseconds = 5000;
/** Put back so often at most: after that the check is run where it is, for late is worse than here. */
const MOST_PASSES = 10;
/** Whoever puts a check back would be given it again at once. */
const PAUSE_MS: Milliseconds = 50;

/** Leaves checks to workers of other locations. */
export interface Elsewhere {
  /** Puts a check back that this location should not run; resolves with whether it did, which needs another location. Never rejects. */
  leave(check: CheckJob, location: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the way for checks to other locations on Redis, where workers announce their own. */
export function openElsewhere(transport: Transport, redis: Redis, clock: Clock): Elsewhere {
  const queue = transport.queue<CheckJob>(CHECKS_QUEUE, {
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    streams: { events: { maxLen: 1000 } },
  });
  let known: { readonly at: Milliseconds; readonly locations: Promise<ReadonlySet<string>> } | undefined;
  const locations = (): Promise<ReadonlySet<string>> => {
    const at = clock.monotonic();
    if (known === undefined || at - known.at > BELIEVED_MS) known = { at, locations: ask() };
    return known.locations;
  };
  const ask = async (): Promise<ReadonlySet<string>> =>
    new Set((await listWorkers(redis, clock)).map(({ location }) => location));
  return {
    async leave(check, location) {
      const passed = (check.passed ?? 0) + 1;
      if (check.avoid !== location || passed > MOST_PASSES) return false;
      try {
        const others = [...(await locations())].filter((other) => other !== location);
        if (others.length === 0) return false;
        const data = { ...check, passed };
        const opts = { jobId: `${checkJobId(check)}-${passed}`, delay: PAUSE_MS };
        await queue.addBulk([{ name: 'check', data, opts }]);
        return true;
      } catch {
        // Redis is away: the check is here and can be run here.
        known = undefined;
        return false;
      }
    },
    close: () => queue.close(),
  };
}
