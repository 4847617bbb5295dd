import type { Logger } from 'pino';
import type { ServeSettings } from './config/serve-settings.ts';
import { systemClock } from './core/clock.ts';
import { Closers } from './roles/closers.ts';
import { findSecret, openQueues } from './roles/queues.ts';
import type { ServerRole, ServerRoleDeps } from './roles/server.ts';
import type { WorkerRole, WorkerRoleDeps } from './roles/worker.ts';

export interface StartOptions {
  readonly serve: ServeSettings;
  readonly logger: Logger;
}

/** A running Longwatch. */
export interface Running {
  /** Where the API answers; `null` for a worker. */
  readonly url: string | null;
  /** Takes over new settings while running. Returns the keys that need a restart to take effect. */
  reload(next: ServeSettings): Promise<string[]>;
  /** Stops taking work, hands over what is under way, and closes everything in reverse. Bounded in time, whatever is down. */
  close(): Promise<void>;
}

/**
 * Opens the parts that a role needs, in order. If one cannot be opened, those before it are closed again.
 *
 * @throws AppError with the code of what could not be opened: the database, Redis, the port
 */
export async function start({ serve, logger }: StartOptions): Promise<Running> {
  const closers = new Closers(logger);
  const clock = systemClock;
  try {
    const queues = await openQueues({ serve, logger, clock, closers });
    const shared = { queues, logger, clock, closers };
    // The worker is opened after the server and so closed before the parts of it that store what the worker saw.
    const server = serve.role === 'worker' ? undefined : await openServer(serve, shared);
    const worker = serve.role === 'server' ? undefined : await openWorker(serve.settings, shared);
    const url = (await server?.start()) ?? null;
    return {
      url,
      async reload(next) {
        if (next.role !== 'worker') await server?.setMonitors(next.settings);
        worker?.configure(next.settings);
        // By what runs, not by what was read last: what is not in effect is said until it is, or is taken back.
        return keysThatNeedARestart(serve, next);
      },
      close: () => closers.closeAll(),
    };
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}

type Shared = Omit<ServerRoleDeps, 'settings' | 'secret'>;
type ServerSettings = Exclude<ServeSettings, { readonly role: 'worker' }>;

// Each role is loaded only by the process that takes it on: a worker has no use for SQLite and Fastify.
async function openServer(serve: ServerSettings, shared: Shared): Promise<ServerRole> {
  const { openServerRole } = await import('./roles/server.ts');
  const { settings } = serve;
  const server = await openServerRole({ settings, secret: await findSecret(serve), ...shared });
  await server.setMonitors(settings);
  return server;
}

async function openWorker(settings: WorkerRoleDeps['settings'], shared: Shared): Promise<WorkerRole> {
  const { openWorkerRole } = await import('./roles/worker.ts');
  return openWorkerRole({ settings, ...shared });
}

function keysThatNeedARestart(before: ServeSettings, after: ServeSettings): string[] {
  const fixed = ({ role, settings }: ServeSettings): Record<string, unknown> => ({
    'server.listen': role === 'worker' ? null : settings.server.listen,
    'server.api_token': role === 'worker' ? null : settings.server.apiToken,
    'storage.path': role === 'worker' ? null : settings.storage.path,
    'storage.retention': role === 'worker' ? null : settings.storage.retention,
    'storage.max_size': role === 'worker' ? null : settings.storage.maxSize,
    'storage.backup': role === 'worker' ? null : settings.storage.backup,
    'redis.url': settings.redis?.url,
    'worker.location': settings.worker.location,
  });
  const [old, now] = [fixed(before), fixed(after)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
}
