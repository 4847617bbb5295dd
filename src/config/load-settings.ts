import { type CheckedSettings, type WorkerSettings, checkSettings, checkWorkerSettings } from './check-settings.ts';
import type { Variables } from './environment.ts';
import { findConfig, noConfigFound } from './find-files.ts';
import { ConfigError } from './problem.ts';
import type { Settings } from './settings.ts';

export interface LoadOptions {
  /** What `--config` names: a file, or a folder of `*.yaml` files. */
  readonly file?: string | undefined;
  /** `process.env` when left out. */
  readonly env?: Variables;
  /** From where relative names are taken; the working directory when left out. */
  readonly cwd?: string;
}

/**
 * Finds and reads the configuration: `file`, else LONGWATCH_CONFIG, `./longwatch.yaml`, `/etc/longwatch/longwatch.yaml`.
 * The environment goes before the file. Throws `config_not_found`, `config_unreadable`, or a {@link ConfigError} with
 * every problem at once.
 */
export function loadSettings({ file, env = process.env, cwd = process.cwd() }: LoadOptions = {}): Settings {
  const found = findConfig({ file, fromEnvironment: env['LONGWATCH_CONFIG'], cwd });
  if (found === undefined) throw noConfigFound(cwd);
  return settingsOrThrow(checkSettings(found, { env, cwd }), found.name);
}

/**
 * Reads the settings of a worker on its own (`--role worker`): without monitors, with a queue server. The file is optional
 * unless it is named. Throws as {@link loadSettings} does, also when no queue server is named.
 */
export function loadWorkerSettings({ file, env = process.env, cwd = process.cwd() }: LoadOptions = {}): WorkerSettings {
  const found = findConfig({ file, fromEnvironment: env['LONGWATCH_CONFIG'], cwd });
  return settingsOrThrow(checkWorkerSettings(found, { env, cwd }), found?.name ?? 'the environment');
}

function settingsOrThrow<T>({ settings, problems }: CheckedSettings<T>, name: string): T {
  if (settings === null) throw new ConfigError(name, problems);
  return settings;
}
