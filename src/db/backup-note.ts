import type { Database, SqliteDriver } from './native.ts';

/** What meta `backup` holds: the last backup that was made. */
export interface BackupNote {
  /** When, ms since the epoch. */
  readonly at: number;
  readonly path: string;
  readonly bytes: number;
  readonly tookMs: number;
}

/** What meta `backup_failed` holds: a backup that could not be made. */
export interface BackupFailure {
  readonly at: number;
  readonly error: string;
}

/** How long the note may wait for the writer, ms. It is a courtesy. */
const WAIT_MS = 2000;

/** Notes in the database what became of a backup. Does nothing where that cannot be written. */
export function noteBackup(driver: SqliteDriver, path: string, note: BackupNote | BackupFailure): void {
  const name = 'error' in note ? 'backup_failed' : 'backup';
  try {
    const database = new driver(path, { fileMustExist: true, timeout: WAIT_MS });
    try {
      database
        .prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
        .run(name, JSON.stringify(note));
    } finally {
      database.close();
    }
  } catch {
    // The log has it too, and a full or read-only disk is reason enough for a backup to fail.
  }
}

/** The last backup, and the last that failed when that was later. */
export function backupNotes(database: Database): {
  readonly made: BackupNote | null;
  readonly failed: BackupFailure | null;
} {
  const read = database.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck();
  const parse = <Note>(text: string | undefined): Note | null =>
    text === undefined ? null : (JSON.parse(text) as Note);
  const made = parse<BackupNote>(read.get('backup'));
  const failed = parse<BackupFailure>(read.get('backup_failed'));
  return { made, failed: failed !== null && failed.at > (made?.at ?? 0) ? failed : null };
}
