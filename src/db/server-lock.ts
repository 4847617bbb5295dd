import { hostname } from 'node:os';
import { AppError, errorCode } from '../core/errors.ts';
import { createEmptyFile } from './empty-file.ts';
import type { Database, SqliteDriver } from './native.ts';

/** Who serves a database, for the message to the one who comes second. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Held for as long as a server uses a database. */
export interface ServerLock {
  release(): void;
}

/**
 * Lets one server at a time use a database; a second one gets `db_in_use`. The lock is one of the operating system on
 * the file `<database>-lock` (SQLite's own, held by an open transaction), so it ends with the process however that
 * dies and nothing has to be cleaned up. The file stays, empty: removing a lock file races with the next owner.
 */
export function lockForServer(driver: SqliteDriver, path: string): ServerLock {
  const lockPath = `${path}-lock`;
  createEmptyFile(lockPath);
  const lock = new driver(lockPath, { timeout: 0 });
  try {
    lock.exec('BEGIN IMMEDIATE');
  } catch (thrown) {
    lock.close();
    if (!errorCode(thrown)?.startsWith('SQLITE_BUSY')) throw thrown;
    throw inUse(driver, path);
  }
  return { release: () => lock.close() };
}

/** Notes in the database who serves it. */
export function noteOwner(database: Database, now: number): void {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  database
    .prepare(
      "INSERT INTO meta (name, value) VALUES ('owner', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .run(JSON.stringify(owner));
}

function inUse(driver: SqliteDriver, path: string): AppError {
  const owner = readOwner(driver, path);
  const who = owner === undefined ? '' : ` (process ${owner.pid} on ${owner.host}, since ${owner.since})`;
  return new AppError('db_in_use', `another server uses ${path}${who}`, {
    hint: 'Stop it first, or give this one a storage.path of its own.',
  });
}

function readOwner(driver: SqliteDriver, path: string): Owner | undefined {
  try {
    const database = new driver(path, { readonly: true, fileMustExist: true, timeout: 500 });
    try {
      const row = database.prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'owner'").get();
      return row === undefined ? undefined : (JSON.parse(row.value) as Owner);
    } finally {
      database.close();
    }
  } catch {
    // The name of the owner is a courtesy: that there is one is already known.
    return undefined;
  }
}
