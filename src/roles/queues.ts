import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { LocalDefinitions, type Definitions } from '../queue/definitions.ts';
import type { Elsewhere } from '../queue/elsewhere.ts';
import type { Transport } from '../queue/transport.ts';
import type { Closers } from './closers.ts';
import { readOrCreateSecret, readSecret, SECRET_HINT } from './secret.ts';

/** How long a worker waits for the server to write the shared secret, ms. */
const SECRET_PATIENCE_MS = 30_000;
const RESTORE_MS = 5000;

/** The queues of this process and what lies beside them. */
export interface Queues {
  readonly transport: Transport;
  readonly definitions: Definitions;
  /** The way for checks to other locations; `null` where there is but one. */
  readonly elsewhere: Elsewhere | null;
  /** The round trip to the queue in words, with the workers that announced themselves. Rejects when it is away. */
  describe(): Promise<string>;
  /** Calls back when the queue was lost with all that was in it. */
  onLoss(listener: () => void): void;
  /** Lets the server know that this process runs checks. */
  announce(worker: { location: string; concurrency: () => number }): void;
}

export interface QueuesDeps {
  readonly serve: ServeSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly closers: Closers;
}

/**
 * Opens the queues: on Redis when the settings name one, inside this process otherwise. Each kind is loaded only when
 * it is used.
 *
 * @throws AppError `redis_unreachable`, `redis_unsuitable`, `secret_missing`
 */
export async function openQueues(deps: QueuesDeps): Promise<Queues> {
  const { serve, closers } = deps;
  if (serve.settings.redis !== null) return openRedisQueues(serve.settings.redis.url, deps);
  const { openEmbeddedTransport } = await import('../queue/embedded-transport.ts');
  const transport = openEmbeddedTransport(deps);
  closers.push('embedded queue', () => transport.close());
  return {
    transport,
    definitions: new LocalDefinitions(),
    elsewhere: null,
    describe: () => Promise.resolve('embedded'),
    onLoss: () => undefined,
    announce: () => undefined,
  };
}

async function openRedisQueues(url: string, deps: QueuesDeps): Promise<Queues> {
  const { logger, clock, closers } = deps;
  const { openRedisTransport } = await import('../queue/redis-transport.ts');
  const { SealedDefinitions } = await import('../queue/sealed-definitions.ts');
  const { createSeal } = await import('../queue/seal.ts');
  const { openElsewhere } = await import('../queue/elsewhere.ts');
  const { announceWorker, listWorkers } = await import('../queue/worker-registry.ts');
  const secret = await findSecret(deps.serve);
  const transport = await openRedisTransport(url, { logger, clock });
  closers.push('redis', () => transport.close());
  const definitions = new SealedDefinitions(transport.redis, createSeal(secret));
  const elsewhere = openElsewhere(transport, transport.redis, clock);
  closers.push('way to other locations', () => elsewhere.close());
  const losses: (() => void)[] = [];
  if (deps.serve.role !== 'worker') {
    watchForLoss(transport, definitions, deps, () => losses.forEach((listener) => listener()));
  }
  return {
    transport,
    definitions,
    elsewhere,
    async describe() {
      const roundTrip = await transport.ping();
      const workers = await listWorkers(transport.redis, clock);
      const many = workers.length === 1 ? '1 worker' : `${workers.length} workers`;
      return `redis, ${roundTrip.toFixed(1)} ms, ${many}`;
    },
    onLoss: (listener) => losses.push(listener),
    announce: (worker) => {
      const beat = announceWorker(transport.redis, worker, { clock, logger });
      closers.push('worker announcement', () => beat.close());
    },
  };
}

/** Redis may come back empty, or be flushed while it runs: the definitions are written again and nothing is under way. */
function watchForLoss(
  transport: Transport,
  definitions: { restore(): Promise<boolean> },
  { logger, closers }: QueuesDeps,
  onLoss: () => void,
): void {
  const look = async (): Promise<void> => {
    if (!(await definitions.restore())) return;
    logger.warn('Redis had lost the definitions of the monitors: they were written again');
    onLoss();
  };
  // While Redis is away the look fails, and its own error log says so; the next look comes in 5 s.
  const attempt = (): void => void look().catch((error: Error) => logger.debug(`no look at Redis: ${error.message}`));
  const timer = setInterval(attempt, RESTORE_MS);
  transport.onReturn(attempt);
  closers.push('watch for loss', () => clearInterval(timer));
}

/** The secret that server and workers share; a server makes one beside its database. Throws `secret_missing`. */
export function findSecret({ role, settings, secret }: ServeSettings): Promise<string> {
  if (secret.value !== null) return Promise.resolve(secret.value);
  if (role !== 'worker') {
    return readOrCreateSecret(secret.file ?? join(dirname(settings.storage.path), 'longwatch.secret'));
  }
  if (secret.file !== null) return readSecret(secret.file, SECRET_PATIENCE_MS);
  throw new AppError('secret_missing', 'a worker needs the secret that it shares with the server', {
    hint: SECRET_HINT,
  });
}
