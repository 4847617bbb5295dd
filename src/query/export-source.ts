import { unpackBlock } from '../core/history/block.ts';
import type { ExportedMonitor, ExportedSpan } from '../core/history/export-line.ts';
import type { NamedResult } from '../core/history/exported-result.ts';
import { exportedRules } from '../core/history/exported-rules.ts';
import { firstKeyOf, HOUR_MS, hourOf, monitorKeys, readHistoryKey } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { formatMoment } from '../core/time-window.ts';
import { traceIdOf, type TraceSeed } from '../core/trace-id.ts';
import type { TroubleRules } from '../core/trouble/rules.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import { foldedUntilOf } from '../db/meta-values.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite, type Database } from '../db/native.ts';
import { openForReading } from '../db/open.ts';
import { databaseError } from '../db/open-errors.ts';
import type { JournalRow, MonitorRow, SpanRow } from '../db/schema.ts';
import { monitorNotFound } from './known-monitors.ts';
import { newestOfAll } from './newest-of-all.ts';
import type { Newest } from './newest.ts';
import { traceSeedOf } from './trace-seed.ts';
import { milliseconds } from './units.ts';

const BLOCKS_AT_A_TIME = 64;
const ROWS_AT_A_TIME = 2000;

/** What is to be told. Times in ms since the epoch. */
export interface ExportQuestion {
  /** No result of a slot before this one. */
  readonly since?: number | undefined;
  /** No result of this slot or one after it. */
  readonly until?: number | undefined;
  /** Only these monitors, also ones that were removed; all when left out. */
  readonly ids?: readonly string[] | undefined;
}

/** All history of a database as it is at one moment, some of it at a time. */
export interface ExportSource {
  readonly traceSeed: TraceSeed | undefined;
  readonly monitors: readonly ExportedMonitor[];
  /** Spans that reach into the time asked for, by monitor. */
  spans(): Iterable<readonly ExportedSpan[]>;
  /** Results in order of hour, and within one by monitor and location; those of the newest hours in order of slot. */
  results(): Iterable<readonly NamedResult[]>;
  /** How much of the time that results were kept for is done, 0 to 1. */
  readonly done: number;
  /** Blocks that could not be read and were left out. */
  readonly damagedBlocks: number;
  close(): void;
}

/**
 * Opens a database to tell all that is in it, also while a server writes. What is told is one snapshot: a read transaction
 * that lasts until `close`, during which the WAL grows by what is written. Throws `db_…`, `monitor_not_found` and
 * `native_module_missing`.
 */
export async function openExport(path: string, question: ExportQuestion): Promise<ExportSource> {
  const database = openForReading(path, { driver: await loadSqlite(), migrations: shippedMigrations() });
  try {
    database.exec('BEGIN');
    return new SnapshotExport(database, question);
  } catch (thrown) {
    database.close();
    throw databaseError(thrown, path);
  }
}

class SnapshotExport implements ExportSource {
  readonly #database: Database;
  readonly #since: number;
  readonly #until: number;
  readonly #ids = new Map<number, string>();
  readonly #locations: Map<number, string>;
  /** The keys asked for, in order; `undefined` for all. */
  readonly #wanted: readonly number[] | undefined;
  readonly traceSeed: TraceSeed | undefined;
  readonly monitors: readonly ExportedMonitor[];
  damagedBlocks = 0;
  done = 0;

  constructor(database: Database, { since, until, ids }: ExportQuestion) {
    this.#database = database;
    this.#since = since ?? 0;
    this.#until = until ?? Number.MAX_SAFE_INTEGER;
    const rows = database.prepare<[], MonitorRow>('SELECT * FROM monitors ORDER BY key').all();
    const known = new Set(rows.map(({ id }) => id));
    for (const id of ids ?? []) {
      if (!known.has(id)) throw monitorNotFound(id, [...known]);
    }
    const asked = ids === undefined ? rows : rows.filter(({ id }) => ids.includes(id));
    this.#wanted = ids === undefined ? undefined : asked.map(({ key }) => key);
    for (const { key, id } of asked) this.#ids.set(key, id);
    const locations = database.prepare<[], { key: number; name: string }>('SELECT key, name FROM locations').all();
    this.#locations = new Map(locations.map(({ key, name }) => [key, name]));
    this.traceSeed = traceSeedOf(database);
    const newest = newestOfAll(database);
    this.monitors = asked.map((row) => exportedMonitor(row, this.#ifAskedFor(newest.get(row.key))));
  }

  *spans(): Iterable<ExportedSpan[]> {
    const page = this.#database.prepare<[number, number, number], SpanRow>(`
      SELECT monitor, start, status, reason FROM spans WHERE (monitor, start) > (?, ?) ORDER BY monitor, start LIMIT ?`);
    let before: SpanRow | undefined;
    for (let last: readonly [number, number] = [-1, -1]; ;) {
      const rows = this.#read(() => page.all(...last, ROWS_AT_A_TIME));
      const told: SpanRow[] = [];
      for (const row of rows) {
        // The one that was in force when the time asked for begins.
        if (before !== undefined && (before.monitor !== row.monitor || row.start > this.#since)) told.push(before);
        before = row.start <= this.#since ? row : undefined;
        if (before === undefined && row.start < this.#until) told.push(row);
      }
      const end = rows.at(-1);
      if (before !== undefined && (end === undefined || rows.length < ROWS_AT_A_TIME)) told.push(before);
      yield told.flatMap((span) => this.#exportedSpan(span));
      if (end === undefined || rows.length < ROWS_AT_A_TIME) return;
      last = [end.monitor, end.start];
    }
  }

  *results(): Iterable<NamedResult[]> {
    const seam = this.#read(() => foldedUntilOf(this.#database));
    const [oldest, newest] = this.#timeOf(seam);
    const note = (moment: number): void => {
      this.done = Math.min(1, Math.max(0, (moment - oldest) / Math.max(1, newest - oldest)));
    };
    for (const { key, data } of this.#blocks(seam)) {
      const { period, monitor, location } = readHistoryKey(key);
      yield this.#named(monitor, location, this.#unpack(data));
      note(period * HOUR_MS);
    }
    const page = this.#database.prepare<[number, number, number, number, number], JournalRow>(`
      SELECT * FROM journal WHERE (slot, monitor, location) > (?, ?, ?) AND slot < ?
      ORDER BY slot, monitor, location LIMIT ?`);
    for (let last: readonly [number, number, number] = [Math.max(this.#since, seam * HOUR_MS), -1, -1]; ;) {
      const rows = this.#read(() => page.all(...last, this.#until, ROWS_AT_A_TIME));
      yield rows.flatMap((row) => this.#named(row.monitor, row.location, [keptOfJournalRow(row)]));
      const end = rows.at(-1);
      if (end === undefined) break;
      note(end.slot);
      last = [end.slot, end.monitor, end.location];
    }
    this.done = 1;
  }

  close(): void {
    this.#database.close();
  }

  /** Blocks before the seam in order of key, of all monitors or of those asked for. */
  *#blocks(seam: number): Iterable<{ readonly key: number; readonly data: Buffer }> {
    const from = firstKeyOf(hourOf(this.#since));
    const to = firstKeyOf(Math.min(seam, hourOf(this.#until - 1) + 1));
    if (this.#wanted !== undefined) return yield* this.#blocksOf(this.#wanted, from, to);
    const page = this.#database.prepare<[number, number, number], { key: number; data: Buffer }>(
      'SELECT key, data FROM blocks WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
    );
    for (let next = from; ;) {
      const rows = this.#read(() => page.all(next, to, BLOCKS_AT_A_TIME));
      yield* rows;
      const end = rows.at(-1);
      if (end === undefined) return;
      next = end.key + 1;
    }
  }

  /** Hour by hour, each monitor by its keys: what other monitors left is stepped over. */
  *#blocksOf(
    monitors: readonly number[],
    from: number,
    to: number,
  ): Iterable<{ readonly key: number; readonly data: Buffer }> {
    const next = this.#database
      .prepare<[number, number], number>('SELECT key FROM blocks WHERE key >= ? AND key < ? ORDER BY key LIMIT 1')
      .pluck();
    const ofMonitor = this.#database.prepare<[number, number], { key: number; data: Buffer }>(
      'SELECT key, data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key',
    );
    for (let key = this.#read(() => next.get(from, to)); key !== undefined;) {
      const { period } = readHistoryKey(key);
      for (const monitor of monitors) yield* this.#read(() => ofMonitor.all(...monitorKeys(period, monitor)));
      key = this.#read(() => next.get(firstKeyOf(period + 1), to));
    }
  }

  #unpack(data: Buffer): KeptResult[] {
    try {
      return unpackBlock(data);
    } catch {
      // The others can still be saved; that one was lost is told at the end.
      this.damagedBlocks += 1;
      return [];
    }
  }

  #named(monitor: number, location: number, results: readonly KeptResult[]): NamedResult[] {
    const id = this.#ids.get(monitor);
    if (id === undefined) return [];
    const where = this.#locations.get(location) ?? `location-${location}`;
    const named: NamedResult[] = [];
    for (const result of results) {
      if (result.slot < this.#since || result.slot >= this.#until) continue;
      const traceId = result.traced && this.traceSeed !== undefined ? traceIdOf(this.traceSeed, id, result.slot) : null;
      named.push({ monitor: id, location: where, traceId, result });
    }
    return named;
  }

  #exportedSpan({ monitor, start, status, reason }: SpanRow): ExportedSpan[] {
    const id = this.#ids.get(monitor);
    return id === undefined ? [] : [{ kind: 'span', monitor: id, start: formatMoment(start), status, reason }];
  }

  #ifAskedFor(newest: Newest | undefined): Newest | undefined {
    return newest !== undefined && newest.slot < this.#until ? newest : undefined;
  }

  /** From the oldest result to the newest, ms since the epoch. */
  #timeOf(seam: number): [number, number] {
    const bound = (sql: string): number | undefined => this.#database.prepare<[], number>(sql).pluck().get();
    const oldestBlock = this.#read(() => bound('SELECT key FROM blocks ORDER BY key LIMIT 1'));
    const oldestRow = this.#read(() => bound('SELECT slot FROM journal ORDER BY slot LIMIT 1'));
    const newestRow = this.#read(() => bound('SELECT slot FROM journal ORDER BY slot DESC LIMIT 1'));
    const oldest = oldestBlock === undefined ? oldestRow : readHistoryKey(oldestBlock).period * HOUR_MS;
    const newest = Math.max(newestRow ?? 0, seam * HOUR_MS);
    return [Math.max(oldest ?? 0, this.#since), Math.min(newest, this.#until)];
  }

  #read<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (thrown) {
      throw databaseError(thrown, this.#database.name);
    }
  }
}

function exportedMonitor(row: MonitorRow, newest: Newest | undefined): ExportedMonitor {
  const last =
    newest === undefined
      ? null
      : {
          slot: formatMoment(newest.slot),
          interval_ms: newest.interval_ms,
          status: newest.status,
          reason: newest.reason,
          status_code: newest.status_code,
          duration_ms: milliseconds(newest.duration_us),
        };
  return {
    kind: 'monitor',
    id: row.id,
    name: row.name,
    type: row.type,
    target: row.target,
    group: row.group_name,
    tags: JSON.parse(row.tags) as Record<string, string>,
    enabled: row.enabled === 1,
    interval_ms: row.interval_ms,
    timeout_ms: row.timeout_ms,
    created_at: formatMoment(row.created_at),
    removed_at: row.removed_at === null ? null : formatMoment(row.removed_at),
    rules: row.rules === null ? null : exportedRules(JSON.parse(row.rules) as TroubleRules),
    last,
  };
}
