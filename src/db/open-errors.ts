import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, errorCode, toError } from '../core/errors.ts';
import { DamagedHistory } from '../core/history/damaged-history.ts';

/**
 * Says in plain words why a database file could not be opened, read or written. An `AppError` passes unchanged; what
 * is not an error of SQLite or of the file system is returned as it is, because it is a fault of ours.
 */
export function databaseError(thrown: unknown, path: string): Error {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof DamagedHistory) return corrupt(path, thrown.message, thrown);
  const code = errorCode(thrown) ?? '';
  const said = toError(thrown).message;
  const options = { cause: thrown };
  if (code === 'SQLITE_NOTADB') {
    return new AppError('db_not_a_database', `${path} is not a database`, {
      ...options,
      hint: 'Name another file as storage.path, or move this one away.',
    });
  }
  if (code.startsWith('SQLITE_CORRUPT')) return corrupt(path, said, thrown);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL') {
    return new AppError('db_locked', `${path} is locked by another program`, {
      ...options,
      hint: 'Something else holds the file open for writing (a backup, a database browser). Close it and try again.',
    });
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'SQLITE_PERM') return readOnly(path, thrown);
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'EACCES' || code === 'EPERM') return unopenable(path, thrown);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return new AppError('db_full', `${path} cannot grow: the disk is full`, { ...options, hint: 'Free some space.' });
  }
  if (code.startsWith('SQLITE_IOERR') || ['ENOTDIR', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'EISDIR'].includes(code)) {
    return new AppError('db_unopenable', `${path} cannot be used: ${said}`, options);
  }
  return toError(thrown);
}

/** The file is damaged. */
export function corrupt(path: string, said: string, cause?: unknown): AppError {
  return new AppError('db_corrupt', `${path} is damaged: ${said}`, {
    hint: 'Keep a copy of it, then run "longwatch db restore BACKUP"; "longwatch db check" says what is damaged.',
    cause,
  });
}

/** There is no file to read from. */
export function missing(path: string): AppError {
  return new AppError('db_missing', `there is no database at ${path}`, {
    hint: 'Start "longwatch serve" once to create it, or say where it is with --db FILE or --server URL.',
  });
}

function readOnly(path: string, cause: unknown): AppError {
  return new AppError('db_read_only', `${path} cannot be written`, {
    hint: `The file, its folder ${dirname(path)} or the disk is read-only for this user.`,
    cause,
  });
}

function unopenable(path: string, cause: unknown): AppError {
  const folder = dirname(path);
  if (isThere(path)) {
    return new AppError('db_unopenable', `${path} cannot be opened by this user`, {
      hint: `Reading and writing need permission for the file and for its folder ${folder}.`,
      cause,
    });
  }
  return new AppError('db_unopenable', `${path} cannot be created`, {
    hint: `Check that this user may write to the folder ${folder}.`,
    cause,
  });
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
