import type { Milliseconds } from '../duration.ts';

/** How long each tier of history is kept; `null`: for ever. */
export interface Retention {
  /** Single results, in blocks. */
  readonly results: Milliseconds | null;
  /** Rollups of an hour. */
  readonly hour: Milliseconds | null;
  /** Rollups of a day, and spans. */
  readonly day: Milliseconds | null;
}

export const USUAL_RETENTION: Retention = { results: 30 * 86_400_000, hour: 400 * 86_400_000, day: null };

/** Backups that the server makes by itself. */
export interface BackupPlan {
  readonly every: Milliseconds;
  /** So many are kept, the newest; at least 1. */
  readonly keep: number;
  /** The folder they are put into. */
  readonly folder: string;
}

/** Where history is kept, and how much of it. */
export interface StorageSettings {
  /** The database file. */
  readonly path: string;
  readonly retention: Retention;
  /** How large the file may become, bytes; `null`: as large as retention makes it. */
  readonly maxSize: number | null;
  readonly backup: BackupPlan | null;
}
