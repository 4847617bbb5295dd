import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../core/errors.ts';

/**
 * A file that is written under another name beside its own (mode 0600) and gets its own when it is whole: whoever looks
 * sees the old file or the new one, never half of one.
 */
export class NewFile {
  readonly path: string;
  /** Where it is written until then. */
  readonly partial: string;

  constructor(path: string) {
    this.path = path;
    this.partial = `${path}.${process.pid}.partial`;
    rmSync(this.partial, { force: true });
    closeSync(openSync(this.partial, 'ax', 0o600));
  }

  /** Gives the file its name, once all of it is on the disk. No connection to it may be open in this process. */
  commit(): void {
    syncFile(this.partial);
    renameSync(this.partial, this.path);
    syncFolder(dirname(this.path));
  }

  /** Removes what there is of it. Does nothing after a commit. */
  abandon(): void {
    rmSync(this.partial, { force: true });
    // What SQLite leaves beside a file that it could not finish.
    for (const beside of ['-journal', '-wal', '-shm']) rmSync(`${this.partial}${beside}`, { force: true });
  }
}

/** Waits until a file is on the disk. Not for a file with an open SQLite connection: closing would drop its locks. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Waits until the names in a folder are on the disk, where the system can. */
export function syncFolder(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    fsyncSync(descriptor);
  } catch (thrown) {
    // Windows and some network file systems cannot; the file itself is safe.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(errorCode(thrown) ?? '')) throw thrown;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
