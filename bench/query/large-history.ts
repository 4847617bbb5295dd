/**
 * The database of a server that has watched many monitors for long, once a minute each: rollups of hours and days for all
 * the time, blocks of the last two days and of the last thirty for a few, the journal of the hour that runs. Packed rows are taken from a pool, so that a year takes minutes.
 */
import { packBlock } from '../../src/core/history/block.ts';
import { dayOf, DAY_MS, historyKey, HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import type { KeptResult } from '../../src/core/history/kept-result.ts';
import { packHours, packRollup, sumOfHours } from '../../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup } from '../../src/core/history/rollup.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { noteMonitorsChanged, vouchForHeads, writeMeta } from '../../src/db/meta-values.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { realisticResults } from '../support/realistic-results.ts';

/** How large a history is. */
export interface HistorySize {
  readonly monitors: number;
  readonly days: number;
}

/** Monitors whose results of 30 days are kept, the first ones; of the others those of two. */
export const RICH_MONITORS = 20;
const RICH_HOURS = 30 * 24;
const HOURS = 48;
const MINUTE = 60_000;

/** Half past twelve. An hour is folded five minutes after its end, so the half lies in the journal. */
export const NOW = Date.UTC(2026, 10, 23, 12, 30);
const SEAM = hourOf(NOW);
/** A checkpoint of the heads comes at three results a monitor; this is half-way to the next, and 15 s of margin. */
const REPLAY_FROM = NOW - 90_000 - 15_000;

const POOL = 200;
const SPANS_A_WEEK = 2;

/** The results of a monitor in an hour, the same each time. */
export function resultsOf(monitor: number, hour: number): KeptResult[] {
  return realisticResults({ seed: 1, monitor, hour });
}

/** Makes the file. `say` is told what is done. */
export async function makeHistory(path: string, size: HistorySize, say: (line: string) => void): Promise<void> {
  const opened = openForWriting(path, {
    driver: await loadSqlite(),
    migrations: shippedMigrations(),
    now: NOW,
    exclusive: true,
  });
  const { database } = opened;
  database.pragma('synchronous = OFF');
  addMonitors(database, size);
  noteMonitorsChanged(database);
  say('spans');
  addSpans(database, size);
  say('rollups');
  addRollups(database, size);
  say('blocks');
  addBlocks(database, size);
  say('journal');
  addJournal(database, size);
  writeMeta(database, 'folded_until', String(SEAM));
  writeMeta(database, 'days_until', String(dayOf(NOW)));
  writeMeta(database, 'replay_from', String(REPLAY_FROM));
  writeMeta(database, 'trace_seed', '00'.repeat(16));
  vouchForHeads(database);
  database.pragma('wal_checkpoint(TRUNCATE)');
  opened.close();
}

/** Runs a change for each of some numbers, many in each transaction. */
function forEach(database: Database, [from, end]: readonly [number, number], change: (number: number) => void): void {
  const step = database.transaction((first: number, last: number) => {
    for (let number = first; number < last; number += 1) change(number);
  });
  for (let first = from; first < end; first += 10) step(first, Math.min(end, first + 10));
}

function addMonitors(database: Database, { monitors }: HistorySize): void {
  database.prepare("INSERT INTO locations (key, name) VALUES (1, 'local')").run();
  const monitor = database.prepare(`
    INSERT INTO monitors (key, id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at)
    VALUES (?, ?, ?, 'http', ?, ?, '{}', 1, 60000, 10000, 0)`);
  const head = database.prepare(`
    INSERT INTO heads (monitor, slot, interval_ms, status, since, status_code, duration_us)
    VALUES (?, ?, 60000, 'up', ?, 200, 123450)`);
  forEach(database, [1, monitors + 1], (key) => {
    monitor.run(key, `monitor-${key}`, `Monitor ${key}`, `https://host-${key}.example/health`, `Group ${key % 50}`);
    const offset = (resultsOf(key, 0)[0]?.slot ?? 0) % MINUTE;
    const slot = Math.floor((REPLAY_FROM - offset) / MINUTE) * MINUTE + offset;
    head.run(key, slot, sinceOf(key));
  });
}

/** When the newest span of a monitor began. */
function sinceOf(key: number): number {
  return NOW - 2 * DAY_MS - (key % 1000) * MINUTE;
}

function addSpans(database: Database, { monitors, days }: HistorySize): void {
  const span = database.prepare('INSERT INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)');
  const length = (7 * DAY_MS) / SPANS_A_WEEK;
  forEach(database, [1, monitors + 1], (key) => {
    const first = NOW - days * DAY_MS;
    span.run(key, first, 'up', null);
    for (let start = first + length; start < sinceOf(key) - DAY_MS; start += length) {
      span.run(key, start, 'down', 'timeout_wait');
      span.run(key, start + 10 * MINUTE, 'up', null);
    }
    span.run(key, sinceOf(key) - 5 * MINUTE, 'down', 'timeout_wait');
    span.run(key, sinceOf(key), 'up', null);
  });
}

function addRollups(database: Database, { monitors, days }: HistorySize): void {
  const pool = Array.from({ length: POOL }, (_, index) => packedDay(index));
  const hours = database.prepare('INSERT INTO hours (key, data) VALUES (?, ?)');
  const closed = database.prepare('INSERT INTO days (key, data) VALUES (?, ?)');
  const today = dayOf(NOW);
  forEach(database, [today - days, today], (day) => {
    for (let key = 1; key <= monitors; key += 1) {
      const packed = pool[(day * 31 + key * 17) % POOL];
      hours.run(historyKey(day, key, 1), packed?.hours);
      closed.run(historyKey(day, key, 1), packed?.day);
    }
  });
  const todays = Array.from({ length: POOL }, (_, index) => packedDay(index, SEAM % 24).hours);
  forEach(database, [1, monitors + 1], (key) => hours.run(historyKey(today, key, 1), todays[key % POOL]));
}

function packedDay(monitor: number, hours = 24): { readonly hours: Uint8Array; readonly day: Uint8Array } {
  const rollups = new Map(
    Array.from({ length: hours }, (_, hour) => {
      const rollup = emptyRollup();
      for (const result of resultsOf(monitor, hour)) addToRollup(rollup, result);
      return [hour, rollup] as const;
    }),
  );
  return { hours: packHours(rollups), day: packRollup(sumOfHours(rollups)) };
}

function addBlocks(database: Database, { monitors }: HistorySize): void {
  const block = database.prepare('INSERT INTO blocks (key, data) VALUES (?, ?)');
  const pool = Array.from({ length: POOL }, (_, index) => resultsOf(index, 0));
  forEach(database, [SEAM - RICH_HOURS, SEAM], (hour) => {
    for (let key = 1; key <= (hour < SEAM - HOURS ? Math.min(monitors, RICH_MONITORS) : monitors); key += 1) {
      // Only those that are asked for need results of their own.
      const results = key <= RICH_MONITORS ? resultsOf(key, hour) : (pool[key % POOL] ?? []);
      const shifted = key <= RICH_MONITORS ? results : results.map((each) => moved(each, hour * HOUR_MS));
      block.run(historyKey(hour, key, 1), packBlock(shifted));
    }
  });
}

function moved(result: KeptResult, by: number): KeptResult {
  return { ...result, slot: result.slot + by };
}

function addJournal(database: Database, { monitors }: HistorySize): void {
  const columns = `slot, monitor, location, interval_ms, status, reason, status_code, late_ms, duration_us, dns_us,
    connect_us, tls_us, wait_us, body_us, message, family`;
  const insert = database.prepare(`INSERT INTO journal (${columns}) VALUES (?, ?, 1${', ?'.repeat(13)})`);
  const rows: (KeptResult & { readonly monitor: number })[] = [];
  for (let key = 1; key <= monitors; key += 1) {
    // Without failures, so that the heads, which are saved at each of those, are right.
    for (const result of realisticResults({ seed: 1, monitor: key, hour: SEAM, failures: 0 })) {
      if (result.slot <= NOW) rows.push({ ...result, monitor: key });
    }
  }
  rows.sort((one, other) => one.slot - other.slot || one.monitor - other.monitor);
  const size = 20_000;
  forEach(database, [0, Math.ceil(rows.length / size)], (chunk) => {
    for (const row of rows.slice(chunk * size, (chunk + 1) * size)) {
      const { slot, monitor, intervalMs, status, reason, statusCode, lateMs, durationUs } = row;
      const what = [slot, monitor, intervalMs, status, reason, statusCode, lateMs, durationUs];
      insert.run(what, row.dnsUs, row.connectUs, row.tlsUs, row.waitUs, row.bodyUs, row.message, row.family);
    }
  });
}

/** The first hour of which the asked monitors have results, and the first that is not folded. */
export const ASKED_HOURS = { first: SEAM - RICH_HOURS, end: SEAM + 1 } as const;
