import type BetterSqlite3 from 'better-sqlite3';
import { AppError, toError } from '../core/errors.ts';

/** An open connection. Used inside one thread only, and never on the event loop that times probes. */
export type Database = BetterSqlite3.Database;

/** A prepared statement, with the parameters it takes and the row it gives. */
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = BetterSqlite3.Statement<
  Parameters,
  Row
>;

/** The constructor of connections. */
export type SqliteDriver = typeof BetterSqlite3;

/**
 * Loads the native driver when it is first needed, so that commands that only talk to a server or the network work
 * where it was not built. Throws `native_module_missing` with the cure.
 */
export async function loadSqlite(): Promise<SqliteDriver> {
  try {
    const { default: driver } = await import('better-sqlite3');
    // The package loads everywhere; its native part only with the first connection.
    new driver(':memory:').close();
    return driver;
  } catch (thrown) {
    throw new AppError('native_module_missing', `SQLite cannot be loaded: ${firstLine(thrown)}`, {
      hint: 'Run "npm rebuild better-sqlite3", or install with "npm i -g --allow-scripts=better-sqlite3 longwatch".',
      cause: thrown,
    });
  }
}

function firstLine(thrown: unknown): string {
  return toError(thrown).message.split('\n', 1)[0] ?? '';
}
