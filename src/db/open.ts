import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, errorCode } from '../core/errors.ts';
import { createEmptyFile } from './empty-file.ts';
import { identify } from './identity.ts';
import type { Migration } from './migrations.ts';
import { migrate, refuseNewer, schemaVersion, type MigrationReport } from './migrator.ts';
import type { Database, SqliteDriver } from './native.ts';
import { corrupt, databaseError, missing } from './open-errors.ts';
import { lockForServer, noteOwner, type ServerLock } from './server-lock.ts';

/** How long a statement waits for another connection's lock, ms. It blocks its thread, hence threads of their own. */
const BUSY_TIMEOUT_MS = 5000;

/** Files up to this size are checked for damage when a server opens them: about a second at most. */
const QUICK_CHECK_BYTES = 64 * 1024 * 1024;

/** Pages kept in memory by each connection, KiB. The driver's own 16 MB a connection is more than a small host has. */
const CACHE_KIB = 4096;

const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** What opening needs beside the path. */
export interface OpenOptions {
  readonly driver: SqliteDriver;
  readonly migrations: readonly Migration[];
  /** Wall-clock time, ms. */
  readonly now: number;
  /** Whether this is a server, of which a database has one at a time: a second one gets `db_in_use`. */
  readonly exclusive?: boolean;
}

/** A database open for writing, and what was done to its schema on the way. */
export interface OpenedDatabase {
  readonly database: Database;
  readonly report: MigrationReport;
  /** Closes the connection and lets the next server in. */
  close(): void;
}

/**
 * Opens the database for writing: makes the folder and the file (mode 0600) when they are missing, refuses what is not
 * ours, not sound or newer, and brings the schema up to date. Throws an `AppError` with a code `db_…`.
 */
export function openForWriting(path: string, options: OpenOptions): OpenedDatabase {
  try {
    createWhenMissing(path);
    const database = new options.driver(path, { timeout: BUSY_TIMEOUT_MS });
    let lock: ServerLock | undefined;
    try {
      // Before anything is written: a foreign file stays untouched to the last byte.
      const found = identify(database);
      refuseNewer(database, options.migrations.length);
      // By its real path, so that two names of one database meet at one lock.
      if (options.exclusive === true) lock = lockForServer(options.driver, realpathSync(path));
      const report = prepareForWriting(database, found, options);
      if (options.exclusive === true) noteOwner(database, options.now);
      return { database, report, close: () => closeAll(database, lock) };
    } catch (thrown) {
      closeAll(database, lock);
      throw thrown;
    }
  } catch (thrown) {
    throw databaseError(thrown, path);
  }
}

/**
 * Opens an existing database for reading, also while a server writes to it. Throws `db_missing` when there is none, and
 * `db_outdated` or `db_newer` when its schema is not the one this program reads.
 */
export function openForReading(path: string, options: Pick<OpenOptions, 'driver' | 'migrations'>): Database {
  const database = openAsItIs(path, options.driver);
  try {
    refuseNewer(database, options.migrations.length);
    refuseOlder(database, options.migrations.length);
    database.pragma('query_only = ON');
    return database;
  } catch (thrown) {
    database.close();
    throw databaseError(thrown, path);
  }
}

/**
 * Opens an existing database of ours for reading, whatever its schema: to copy it or to look at it. Throws `db_missing`,
 * `db_foreign`, `db_not_a_database` and other `db_…`.
 */
export function openAsItIs(path: string, driver: SqliteDriver): Database {
  try {
    refuseWhatIsNoFile(path);
    const database = new driver(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      if (identify(database) === 'empty') throw missing(path);
      configure(database);
      return database;
    } catch (thrown) {
      database.close();
      throw thrown;
    }
  } catch (thrown) {
    throw databaseError(thrown, path);
  }
}

/**
 * Makes the folder and an empty file only its owner may read, unless they are there. A file that is there is never
 * opened by other means than SQLite: closing any handle drops every POSIX lock this process holds on the file.
 */
function createWhenMissing(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    createEmptyFile(path);
    if (statSync(path).isDirectory()) throw isFolder(path);
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    throw creationError(thrown, path);
  }
}

function creationError(thrown: unknown, path: string): Error {
  const code = errorCode(thrown);
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new AppError('db_unopenable', `${path} cannot be created: part of its path is a file`, { cause: thrown });
  }
  if (code === 'EACCES' && statSync(path, { throwIfNoEntry: false }) !== undefined) {
    return new AppError('db_read_only', `${path} cannot be written`, {
      hint: 'The file is read-only for this user.',
      cause: thrown,
    });
  }
  return databaseError(thrown, path);
}

function closeAll(database: Database, lock: ServerLock | undefined): void {
  database.close();
  lock?.release();
}

function prepareForWriting(database: Database, found: 'empty' | 'ours', options: OpenOptions): MigrationReport {
  // Only takes effect on an empty file that is not in WAL mode yet.
  if (found === 'empty') database.pragma('auto_vacuum = INCREMENTAL');
  switchToWal(database);
  configure(database);
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  database.pragma('temp_store = MEMORY');
  if (statSync(database.name).size <= QUICK_CHECK_BYTES) quickCheck(database);
  return migrate(database, options.migrations, options.now);
}

/** The switch ignores the busy timeout when several processes start at once, so it is tried again for as long. */
function switchToWal(database: Database): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += 20) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (thrown) {
      if (!errorCode(thrown)?.startsWith('SQLITE_BUSY') || waited >= BUSY_TIMEOUT_MS) throw thrown;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

function configure(database: Database): void {
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
  database.pragma(`cache_size = -${CACHE_KIB}`);
}

function quickCheck(database: Database): void {
  const [first] = database.pragma('quick_check(1)') as { quick_check: string }[];
  if (first === undefined || first.quick_check === 'ok') return;
  throw corrupt(database.name, first.quick_check.replaceAll('\n', ' '));
}

function refuseOlder(database: Database, known: number): void {
  const version = schemaVersion(database);
  if (version >= known) return;
  throw new AppError('db_outdated', `${database.name} has schema ${version}; this program reads schema ${known}`, {
    hint: 'Run "longwatch db migrate", or start "longwatch serve": a backup is kept and the file brought up to date.',
  });
}

function refuseWhatIsNoFile(path: string): void {
  try {
    if (statSync(path).isDirectory()) throw isFolder(path);
  } catch (thrown) {
    // Not by throwIfNoEntry: whether a path through a file counts as no entry differs between versions of Node.
    throw errorCode(thrown) === 'ENOENT' ? missing(path) : thrown;
  }
}

function isFolder(path: string): AppError {
  return new AppError('db_unopenable', `${path} is a folder`, { hint: 'Name a file, such as data/longwatch.db.' });
}
