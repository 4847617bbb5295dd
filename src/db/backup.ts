import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';
import { refuseNewer, schemaVersion } from './migrator.ts';
import { NewFile } from './new-file.ts';
import type { Database, SqliteDriver } from './native.ts';
import { identify } from './identity.ts';
import { openAsItIs } from './open.ts';
import { databaseError } from './open-errors.ts';

/** How thoroughly a copy is looked at: `quick` leaves out whether indexes agree with their tables. */
export type Thoroughness = 'quick' | 'full';

/** What making a backup needs. */
export interface BackupOptions {
  readonly driver: SqliteDriver;
  /** How many migrations this program knows. */
  readonly known: number;
  readonly clock: Clock;
  readonly verify: Thoroughness;
}

/** A backup that was made and opened to see whether it is whole. */
export interface BackupReport {
  readonly path: string;
  readonly bytes: number;
  /** The schema it has. */
  readonly schema: number;
  readonly tookMs: number;
}

/** So much of a disk is left free, bytes: results have to be written meanwhile. */
const LEFT_FREE_BYTES = 16 * 1024 * 1024;

/**
 * Copies a database (mode 0600), also while a server writes: one snapshot, through SQLite, without the pages that are free.
 * The copy is verified before it gets its name. Nothing is left of one that failed. Blocks its thread for as long as it
 * takes, and the WAL grows meanwhile by what is written. Throws `db_…`, `file_exists`, `file_unwritable`.
 */
export function backUp(source: string, target: string, options: BackupOptions): BackupReport {
  const { driver, clock } = options;
  const started = clock.monotonic();
  if (existsSync(target)) {
    throw new AppError('file_exists', `${target} is there already`, { hint: 'Name another file, or move it away.' });
  }
  const database = openAsItIs(source, driver);
  let file: NewFile | undefined;
  try {
    file = newFile(target, database);
    copyInto(database, file.partial);
    const schema = verifyBackup(file.partial, options);
    file.commit();
    return { path: target, bytes: statSync(target).size, schema, tookMs: Math.round(clock.monotonic() - started) };
  } catch (thrown) {
    throw databaseError(thrown, source);
  } finally {
    database.close();
    file?.abandon();
  }
}

/**
 * Opens a backup to see whether it is one and whether it is whole. Returns its schema. Throws `backup_unusable`, and
 * `db_newer` when a newer program wrote it.
 */
export function verifyBackup(path: string, { driver, known, verify }: Omit<BackupOptions, 'clock'>): number {
  try {
    const database = new driver(path, { readonly: true, fileMustExist: true });
    try {
      if (identify(database) === 'empty') throw unusable(path, 'it is empty');
      refuseNewer(database, known);
      const [first] = database.pragma(`${verify === 'full' ? 'integrity_check' : 'quick_check'}(1)`) as object[];
      const verdict = String(Object.values(first ?? {})[0]);
      if (verdict !== 'ok') throw unusable(path, `it is damaged: ${verdict.replaceAll('\n', ' ')}`);
      return schemaVersion(database);
    } finally {
      database.close();
    }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code !== 'db_foreign') throw thrown;
    throw unusable(path, toError(thrown).message, thrown);
  }
}

function unusable(path: string, why: string, cause?: unknown): AppError {
  return new AppError('backup_unusable', `${path} cannot be restored: ${why}`, {
    hint: 'Take another backup.',
    cause,
  });
}

function newFile(target: string, database: Database): NewFile {
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    refuseWithoutSpace(target, sizeOfCopy(database));
    return new NewFile(target);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw unwritable(target, thrown);
  }
}

function unwritable(target: string, thrown: unknown): AppError {
  return new AppError('file_unwritable', `${target} cannot be written: ${toError(thrown).message}`, {
    hint: `Check the folder ${dirname(target)} and this user.`,
    cause: thrown,
  });
}

/** A copy that fills the disk would keep results from being written: it is not begun. */
export function refuseWithoutSpace(target: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(target));
  const free = bavail * bsize;
  if (free >= bytes + LEFT_FREE_BYTES) return;
  const inMb = (size: number): string => `${Math.ceil(size / 1e6)} MB`;
  throw new AppError('file_unwritable', `${target} needs ${inMb(bytes)}, and the disk has ${inMb(free)} left`, {
    hint: `${inMb(LEFT_FREE_BYTES)} stay free, so that results can be written. Free some space, or use another disk.`,
  });
}

/** The pages in use, bytes. */
export function sizeOfCopy(database: Database): number {
  const number = (pragma: string): number => Number(database.pragma(pragma, { simple: true }));
  return (number('page_count') - number('freelist_count')) * number('page_size');
}

/** VACUUM INTO writes a file without free pages, in one read transaction; it is for the caller to bring to the disk. */
function copyInto(database: Database, path: string): void {
  try {
    database.prepare('VACUUM INTO ?').run(path);
  } catch (thrown) {
    const code = errorCode(thrown) ?? '';
    const isOfTarget = code === 'SQLITE_FULL' || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_READONLY';
    throw isOfTarget ? unwritable(path, thrown) : thrown;
  }
}
