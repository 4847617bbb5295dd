import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, realpathSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../core/errors.ts';
import { refuseWithoutSpace, sizeOfCopy, verifyBackup, type BackupOptions } from './backup.ts';
import { identify } from './identity.ts';
import { refuseNewer } from './migrator.ts';
import { NewFile, syncFolder } from './new-file.ts';
import type { Database, SqliteDriver } from './native.ts';
import { databaseError, missing } from './open-errors.ts';
import { lockForServer } from './server-lock.ts';

/** No page of SQLite is smaller. */
const LEAST_PAGE_BYTES = 512;

/** What came of a restore. */
export interface RestoreReport {
  /** The database that now is what the backup was. */
  readonly path: string;
  /** Where the database that was there is now; `null` when there was none. */
  readonly replaced: string | null;
  /** The schema of the backup. */
  readonly schema: number;
  readonly bytes: number;
}

/** What came of making a database as small as it can be. */
export interface CompactReport {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Puts a backup in the place of a database, while no server uses it. The backup is verified first and stays; what was there
 * is kept under another name, whatever state it is in. Throws `backup_unusable`, `db_newer`, `db_in_use`, `db_foreign`.
 */
export function restoreBackup(backup: string, path: string, options: BackupOptions): RestoreReport {
  if (!existsSync(backup)) throw missing(backup);
  if (existsSync(path) && realpathSync(backup) === realpathSync(path)) {
    throw new AppError('usage', `${backup} is the database itself`, { hint: 'Name a backup of it.' });
  }
  const schema = verifyBackup(backup, { ...options, verify: 'full' });
  return whileNobodyServes(path, options.driver, (target) => {
    refuseForeign(target, options.driver);
    const bytes = statSync(backup).size;
    refuseWithoutSpace(target, bytes);
    const file = new NewFile(target);
    try {
      copyFileSync(backup, file.partial);
      keepOwner(target, file.partial);
      const replaced = moveAway(target, options);
      file.commit();
      return { path, replaced, schema, bytes };
    } finally {
      file.abandon();
    }
  });
}

/**
 * Writes a database anew without the pages that are free, in order, while no server uses it. Takes room for a second copy
 * until it is done. Throws `db_…`.
 */
export function compact(path: string, options: BackupOptions): CompactReport {
  if (!existsSync(path)) throw missing(path);
  return whileNobodyServes(path, options.driver, (target) => {
    const database = openSettled(target, options.driver);
    const file = new NewFile(target);
    try {
      refuseNewer(database, options.known);
      refuseWithoutSpace(target, sizeOfCopy(database));
      const bytesBefore = statSync(target).size;
      database.prepare('VACUUM INTO ?').run(file.partial);
      verifyBackup(file.partial, { ...options, verify: 'quick' });
      // Closing empties the WAL and removes it: nothing of the old file is left that could be read into the new one.
      database.close();
      keepOwner(target, file.partial);
      file.commit();
      return { bytesBefore, bytesAfter: statSync(target).size };
    } finally {
      database.close();
      file.abandon();
    }
  });
}

/** Holds the lock of a server on a database, which need not be there yet. */
function whileNobodyServes<Value>(path: string, driver: SqliteDriver, work: (realPath: string) => Value): Value {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const real = existsSync(path) ? realpathSync(path) : path;
    const lock = lockForServer(driver, real);
    try {
      return work(real);
    } finally {
      lock.release();
    }
  } catch (thrown) {
    throw databaseError(thrown, path);
  }
}

/** A database of another program is not replaced; a damaged one of whoever is: that is what backups are for. */
function refuseForeign(path: string, driver: SqliteDriver): void {
  // Of a file without a whole page SQLite removes the WAL when it is opened, and that may be all there is to save.
  if (!existsSync(path) || statSync(path).size < LEAST_PAGE_BYTES) return;
  let database: Database | undefined;
  try {
    database = new driver(path, { readonly: true, fileMustExist: true });
    identify(database);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
  } finally {
    database?.close();
  }
}

/** Gives a database and what lies beside it another name, unopened; together they stay what they were. */
function moveAway(path: string, { clock }: BackupOptions): string | null {
  if (!existsSync(path)) return null;
  const second = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const kept = freeName(`${path}.replaced-${second}Z`);
  // The WAL first: without it the old file is an older state of itself, but a WAL beside a new file would be read into it.
  for (const beside of ['-wal', '-shm', '']) {
    if (existsSync(path + beside)) renameSync(path + beside, kept + beside);
  }
  syncFolder(dirname(path));
  return kept;
}

/** An administrator may do this to the file of a server that runs as somebody else. */
function keepOwner(old: string, made: string): void {
  const was = statSync(old, { throwIfNoEntry: false });
  const is = statSync(made);
  chmodSync(made, was === undefined ? 0o600 : was.mode & 0o777);
  if (was !== undefined && (was.uid !== is.uid || was.gid !== is.gid)) chownSync(made, was.uid, was.gid);
}

function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`;
  return free;
}

/** Opens a database and empties its WAL into it. */
function openSettled(path: string, driver: SqliteDriver): Database {
  const database = new driver(path, { fileMustExist: true, timeout: 1000 });
  try {
    if (identify(database) === 'empty') return database;
    database.pragma('wal_checkpoint(TRUNCATE)');
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
