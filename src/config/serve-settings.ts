import type { WorkerSettings } from './check-settings.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { loadSettings, loadWorkerSettings } from './load-settings.ts';
import type { Settings } from './settings.ts';

export const ROLES = ['all', 'server', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Everything a process needs to take on its role. A worker needs neither monitors nor a database. */
export type ServeSettings = { readonly secret: Environment['secret'] } & (
  | { readonly role: 'all' | 'server'; readonly settings: Settings }
  | { readonly role: 'worker'; readonly settings: WorkerSettings }
);

/**
 * Reads the settings of `longwatch serve` for a role, from the file and the environment of this process.
 *
 * @throws AppError `config_not_found`, `config_unreadable`, `config_invalid`
 */
export function loadServeSettings(role: Role, file: string | undefined): ServeSettings {
  const settings = role === 'worker' ? loadWorkerSettings({ file }) : loadSettings({ file });
  const { secret } = readEnvironment();
  // The role decided above which of the two it is; the type cannot follow that.
  return { role, settings, secret } as ServeSettings;
}
