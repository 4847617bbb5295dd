import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../core/errors.ts';

/** A backup in a folder, by its name. */
export interface KnownBackup {
  readonly path: string;
  /** When it was made, ms since the epoch, to the second. */
  readonly at: number;
  readonly bytes: number;
}

const NAME = /^longwatch-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;
const PARTIAL = /^longwatch-\d{8}T\d{6}Z\.db\.(\d+)\.partial(?:-journal|-wal|-shm)?$/;

/** A partial file that nobody has written to for so long was left by a program that was killed, ms. */
const ABANDONED_AFTER_MS = 3_600_000;

/** The name of a backup made at a time (ms since the epoch): `longwatch-20261123T120000Z.db`. */
export function backupName(now: number): string {
  const second = new Date(now).toISOString().slice(0, 19);
  return `longwatch-${second.replaceAll(/[-:]/g, '')}Z.db`;
}

/** The backups in a folder, newest first; none when there is no folder. Other files are passed over. */
export function backupsIn(folder: string): KnownBackup[] {
  const backups = namesIn(folder).flatMap((name): KnownBackup[] => {
    const at = timeOf(name);
    const path = join(folder, name);
    const file = at === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return at === undefined || file?.isFile() !== true ? [] : [{ path, at, bytes: file.size }];
  });
  return backups.sort((one, other) => other.at - one.at);
}

/** Removes all backups in a folder but the newest `keep`. Returns the names of those removed. */
export function removeOldBackups(folder: string, keep: number): string[] {
  const old = backupsIn(folder).slice(Math.max(1, keep));
  for (const { path } of old) rmSync(path, { force: true });
  return old.map(({ path }) => path);
}

/** Removes what programs left that were killed while they made a backup. `now`: ms since the epoch. */
export function removeAbandonedParts(folder: string, now: number): void {
  for (const name of namesIn(folder)) {
    if (!PARTIAL.test(name)) continue;
    const path = join(folder, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - written > ABANDONED_AFTER_MS) rmSync(path, { force: true });
  }
}

/** Removes what a process left that is known to have ended, where there is anything to remove. Never throws. */
export function removePartOf(process: number | undefined, folder: string): void {
  try {
    for (const name of namesIn(folder)) {
      if (PARTIAL.exec(name)?.[1] === String(process)) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // A folder that cannot be listed is told of by the backup that failed.
  }
}

function timeOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (year === undefined) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}
