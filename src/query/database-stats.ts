import { statSync } from 'node:fs';
import { readBlock } from '../core/history/block.ts';
import { DAY_MS, HOUR_MS, firstKeyOf, historyKey, readHistoryKey } from '../core/history/history-key.ts';
import { formatMoment } from '../core/time-window.ts';
import { backupNotes } from '../db/backup-note.ts';
import { foldedNoteOf, foldedUntilOf, prunedNotesOf, type PrunedNote } from '../db/meta-values.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite, type Database } from '../db/native.ts';
import { openForReading } from '../db/open.ts';
import { databaseError } from '../db/open-errors.ts';
import { inSnapshot } from './snapshot.ts';
import { tableSizes, type TableSize } from './table-sizes.ts';

/** A kind of history: how much of it there is, and from when to when, RFC 3339; `null` when there is none. */
export interface TierStats {
  readonly rows: number;
  readonly bytes: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** What there is in a database file. Sizes in bytes, times RFC 3339. */
export interface DatabaseStats {
  readonly path: string;
  readonly schema: number;
  readonly bytes: number;
  readonly wal_bytes: number;
  readonly page_size: number;
  readonly pages: number;
  readonly free_pages: number;
  readonly tables: readonly TableSize[];
  readonly monitors: { readonly configured: number; readonly removed: number };
  readonly locations: number;
  /** Single results in the journal, and packed in blocks: `estimated` when they were counted in a sample of the blocks. */
  readonly journal: TierStats;
  readonly blocks: TierStats & { readonly results: number; readonly estimated: boolean };
  readonly hours: TierStats;
  readonly days: TierStats;
  /** Bytes of `blocks` a result in it; bytes of the whole file a result. */
  readonly block_bytes_per_result: number | null;
  readonly file_bytes_per_result: number | null;
  /** Results before this moment are packed; `null` when none are. */
  readonly folded_until: string | null;
  readonly last_fold: { readonly at: string; readonly rows: number; readonly longest_step_ms: number } | null;
  /** When history was last removed: it was too old, or the file too large. */
  readonly pruned_for_age: PrunedStats | null;
  readonly pruned_for_size: PrunedStats | null;
  readonly last_backup: { readonly at: string; readonly path: string; readonly bytes: number } | null;
  /** Only when no backup was made since. */
  readonly backup_failed: { readonly at: string; readonly error: string } | null;
}

/** What was removed in one go, rows. */
export interface PrunedStats {
  readonly at: string;
  readonly blocks: number;
  readonly hours: number;
  readonly days: number;
  readonly spans: number;
  readonly results_before: string | null;
}

/** So many blocks are all looked at; of more, a sample. */
const COUNTED_BLOCKS = 2000;

/** What is in a database file? Also while a server writes. Reads the whole file; blocks its thread. Throws `db_…`. */
export async function askDatabaseStats(path: string): Promise<DatabaseStats> {
  const database = openForReading(path, { driver: await loadSqlite(), migrations: shippedMigrations() });
  try {
    return inSnapshot(database, () => statsOf(database, path));
  } catch (thrown) {
    throw databaseError(thrown, path);
  } finally {
    database.close();
  }
}

function statsOf(database: Database, path: string): DatabaseStats {
  const pragma = (name: string): number => Number(database.pragma(name, { simple: true }));
  const count = (sql: string): number => database.prepare<[], number>(sql).pluck().get() ?? 0;
  const tables = tableSizes(database);
  const tier = (name: 'blocks' | 'hours' | 'days', length: number): TierStats =>
    packedTier(database, tables, { name, length });
  const seam = foldedUntilOf(database);
  const journal = journalTier(database, tables);
  const blocks = { ...tier('blocks', HOUR_MS), ...resultsInBlocks(database, sizeOf(tables, 'blocks').rows) };
  const results = blocks.results + journal.rows;
  const bytes = statSync(path).size;
  const fold = foldedNoteOf(database);
  const pruned = prunedNotesOf(database);
  const { made, failed } = backupNotes(database);
  return {
    path,
    schema: pragma('user_version'),
    bytes,
    wal_bytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    page_size: pragma('page_size'),
    pages: pragma('page_count'),
    free_pages: pragma('freelist_count'),
    tables,
    monitors: {
      configured: count('SELECT count(*) FROM monitors WHERE removed_at IS NULL'),
      removed: count('SELECT count(*) FROM monitors WHERE removed_at IS NOT NULL'),
    },
    locations: count('SELECT count(*) FROM locations'),
    journal,
    blocks,
    hours: tier('hours', DAY_MS),
    days: tier('days', DAY_MS),
    block_bytes_per_result: perResult(blocks.bytes, blocks.results),
    file_bytes_per_result: perResult(bytes, results),
    folded_until: seam === 0 ? null : formatMoment(seam * HOUR_MS),
    last_fold:
      fold === undefined ? null : { at: formatMoment(fold.at), rows: fold.rows, longest_step_ms: fold.longestStepMs },
    pruned_for_age: prunedStats(pruned.age),
    pruned_for_size: prunedStats(pruned.size),
    last_backup: made === null ? null : { at: formatMoment(made.at), path: made.path, bytes: made.bytes },
    backup_failed: failed === null ? null : { at: formatMoment(failed.at), error: failed.error },
  };
}

function journalTier(database: Database, tables: readonly TableSize[]): TierStats {
  const slot = (order: 'ASC' | 'DESC'): number | undefined =>
    database.prepare<[], number>(`SELECT slot FROM journal ORDER BY slot ${order} LIMIT 1`).pluck().get();
  const { rows, bytes } = sizeOf(tables, 'journal');
  return { rows, bytes, oldest: moment(slot('ASC')), newest: moment(slot('DESC')) };
}

function packedTier(
  database: Database,
  tables: readonly TableSize[],
  { name, length }: { readonly name: 'blocks' | 'hours' | 'days'; readonly length: number },
): TierStats {
  const end = (order: 'ASC' | 'DESC'): number | undefined => {
    const key = database.prepare<[], number>(`SELECT key FROM ${name} ORDER BY key ${order} LIMIT 1`).pluck().get();
    return key === undefined ? undefined : readHistoryKey(key).period * length;
  };
  const { rows, bytes } = sizeOf(tables, name);
  const newest = end('DESC');
  return {
    rows,
    bytes,
    oldest: moment(end('ASC')),
    newest: moment(newest === undefined ? undefined : newest + length),
  };
}

function resultsInBlocks(
  database: Database,
  blocks: number,
): { readonly results: number; readonly estimated: boolean } {
  const data =
    blocks <= COUNTED_BLOCKS
      ? database.prepare<[], Buffer>('SELECT data FROM blocks').pluck().all()
      : sampleOfBlocks(database);
  const found = data.reduce((sum, block) => sum + countIn(block), 0);
  if (blocks <= COUNTED_BLOCKS) return { results: found, estimated: false };
  return { results: Math.round((found / data.length) * blocks), estimated: true };
}

/** Blocks of hours evenly over time, each of another monitor. */
function sampleOfBlocks(database: Database): Buffer[] {
  const end = (order: 'ASC' | 'DESC'): number =>
    readHistoryKey(
      database.prepare<[], number>(`SELECT key FROM blocks ORDER BY key ${order} LIMIT 1`).pluck().get() ?? 0,
    ).period;
  const [first, last] = [end('ASC'), end('DESC')];
  const monitors = database.prepare<[], number>('SELECT max(key) FROM monitors').pluck().get() ?? 1;
  const near = database
    .prepare<[number, number], Buffer>('SELECT data FROM blocks WHERE key >= ? AND key < ? ORDER BY key LIMIT 1')
    .pluck();
  const sample: Buffer[] = [];
  for (let number = 0; number < COUNTED_BLOCKS; number += 1) {
    const hour = first + Math.floor(((last - first + 1) * number) / COUNTED_BLOCKS);
    // Multiples of the golden ratio fall evenly, whatever their number.
    const monitor = 1 + Math.floor(monitors * ((number * 0.618_033_988_75) % 1));
    const data = near.get(historyKey(hour, monitor, 0), firstKeyOf(last + 1));
    if (data !== undefined) sample.push(data);
  }
  return sample;
}

function countIn(block: Buffer): number {
  try {
    return readBlock(block).count;
  } catch {
    // That a block is damaged is for "db check" to say.
    return 0;
  }
}

function prunedStats(note: PrunedNote | undefined): PrunedStats | null {
  if (note === undefined) return null;
  const { at, blocks, hours, days, spans, resultsBefore } = note;
  const results_before = resultsBefore === null ? null : formatMoment(resultsBefore);
  return { at: formatMoment(at), blocks, hours, days, spans, results_before };
}

function sizeOf(tables: readonly TableSize[], name: string): TableSize {
  return tables.find((table) => table.name === name) ?? { name, rows: 0, bytes: 0 };
}

function perResult(bytes: number, results: number): number | null {
  return results === 0 ? null : Math.round((bytes / results) * 100) / 100;
}

function moment(time: number | undefined): string | null {
  return time === undefined ? null : formatMoment(time);
}
