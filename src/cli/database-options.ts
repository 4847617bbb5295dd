import { InvalidArgumentError, Option, type Command } from 'commander';
import type { StorageSettings } from '../core/history/retention.ts';
import { parseMoment } from '../core/time-window.ts';

/** Which database a command works on. */
export interface DatabaseOptions {
  readonly db?: string;
  readonly config?: string;
}

/** Adds the options of commands that work on the file itself, which no server can do for them. */
export function withDatabaseOptions(command: Command): Command {
  return command
    .addOption(new Option('--db <file>', 'the database file').conflicts('config'))
    .option('-c, --config <file>', 'the configuration that names the database');
}

/** The path of the database. Throws `config_…` when it has to be looked for in a configuration that cannot be used. */
export async function databasePath({ db, config }: DatabaseOptions): Promise<string> {
  return db ?? (await storageOf(config)).path;
}

/** What the configuration says of the database. Throws `config_…`. */
export async function storageOf(config: string | undefined): Promise<StorageSettings> {
  const { loadSettings } = await import('../config/load-settings.ts');
  return loadSettings({ file: config }).storage;
}

/** The argument of an option that takes a time, ms since the epoch. */
export function readTime(now: () => number): (text: string) => number {
  return (text) => {
    const moment = parseMoment(text, now());
    if (moment !== undefined) return moment;
    throw new InvalidArgumentError('It must be a duration such as 1h, or a time such as 2026-11-23T12:00:00Z.');
  };
}
