import type { Logger } from 'pino';
import type { Settings } from './config/settings.ts';
import { systemClock } from './core/clock.ts';
import { Closers } from './roles/closers.ts';
import { openQueues, type SecretSource } from './roles/queues.ts';

export const ROLES = ['all', 'server', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export interface StartOptions {
  readonly settings: Settings;
  readonly secret: SecretSource;
  readonly role: Role;
  readonly logger: Logger;
}

/** A running Longwatch. */
export interface Running {
  /** Where the API answers; `null` for a worker. */
  readonly url: string | null;
  /** Takes over new settings while running. Returns the keys that need a restart to take effect. */
  reload(settings: Settings): Promise<string[]>;
  /** Stops taking work, hands over what is under way, and closes everything in reverse. Bounded in time, whatever is down. */
  close(): Promise<void>;
}

/**
 * Opens the parts that a role needs, in order. If one cannot be opened, those before it are closed again.
 *
 * @throws AppError with the code of what could not be opened: the database, Redis, the port
 */
export async function start({ settings, secret, role, logger }: StartOptions): Promise<Running> {
  const closers = new Closers(logger);
  const clock = systemClock;
  try {
    const owner = role !== 'worker';
    const queues = await openQueues({ settings, secret, owner, logger, clock, closers });
    const shared = { settings, queues, logger, clock, closers };
    // The worker is opened after the server and so closed before the parts of it that store what the worker saw.
    const server = owner ? await (await import('./roles/server.ts')).openServerRole(shared) : undefined;
    await server?.setMonitors(settings.monitors, settings.secrets);
    const runner = role === 'server' ? undefined : (await import('./roles/worker.ts')).openWorkerRole(shared);
    const url = (await server?.start()) ?? null;
    let current = settings;
    return {
      url,
      async reload(next) {
        await server?.setMonitors(next.monitors, next.secrets);
        runner?.configure(next.worker);
        const stale = keysThatNeedARestart(current, next);
        current = next;
        return stale;
      },
      close: () => closers.closeAll(),
    };
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}

function keysThatNeedARestart(before: Settings, after: Settings): string[] {
  const fixed = (settings: Settings): Record<string, unknown> => ({
    'server.listen': settings.server.listen,
    'storage.path': settings.storage.path,
    'redis.url': settings.redis?.url,
    'worker.location': settings.worker.location,
  });
  const [old, now] = [fixed(before), fixed(after)];
  return Object.keys(old).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]));
}
