import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportedRules } from '../../src/core/history/exported-rules.ts';
import type { ExportedSpan } from '../../src/core/history/export-line.ts';
import { exportedResult, type ExportedResult } from '../../src/core/history/exported-result.ts';
import { unpackBlock } from '../../src/core/history/block.ts';
import { HOUR_MS, readHistoryKey } from '../../src/core/history/history-key.ts';
import { unpackHours } from '../../src/core/history/packed-rollup.ts';
import { countOf } from '../../src/core/history/rollup.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Database } from '../../src/db/native.ts';
import { keptOfJournalRow } from '../../src/db/journal-result.ts';
import type { JournalRow } from '../../src/db/schema.ts';
import { USUAL_RULES } from '../../src/core/trouble/rules.ts';
import { Importer } from '../../src/recorder/importer.ts';
import { journalRow } from '../../src/recorder/journal-row.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { fold } from '../support/folded-history.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const newDatabase = await memoryDatabases();
const BEGIN = Date.UTC(2026, 9, 24, 22);
/** Everything before is folded when the import begins. */
const SEAM = BEGIN / HOUR_MS + 4;
/** So early that the seam stays where it is. */
const NOW = SEAM * HOUR_MS;
const MONITORS = [aMonitor({ id: 'shop' }), aMonitor({ id: 'api' })];

function aHistory(results: readonly CheckResult[], seam = SEAM): Database {
  const database = newDatabase();
  const writer = new Writer(database, NOW);
  writer.sync(MONITORS, [], 0);
  writer.flush({ batches: [results], now: NOW });
  writer.finish(NOW);
  fold(database, seam);
  return database;
}

const lineOf = (result: CheckResult): ExportedResult => {
  const kept = keptOfJournalRow(journalRow(result, 1, 1));
  const { monitor, location, traceId } = result;
  return { ...exportedResult({ monitor, location, traceId, result: kept }) };
};

function importInto(
  database: Database,
  results: readonly CheckResult[],
  now = NOW,
  spans: readonly ExportedSpan[] = [],
) {
  const importer = new Importer(database, now);
  const faults = [...spans, ...results.map(lineOf)]
    .map((line) => importer.take(line))
    .filter((fault) => fault !== undefined);
  expect(faults).toEqual([]);
  return importer.finish();
}

const HEAD = 'monitor, slot, interval_ms, status, reason, since, status_code, duration_us, last_status';

/** All that is kept, in words that do not depend on keys. */
function contentOf(database: Database) {
  const names = (table: string, name: string) =>
    new Map(
      database
        .prepare<[], { key: number; name: string }>(`SELECT key, ${name} AS name FROM ${table}`)
        .all()
        .map((row) => [row.key, row.name]),
    );
  const monitors = names('monitors', 'id');
  const locations = names('locations', 'name');
  const packed = (table: string) =>
    database
      .prepare<[], { key: number; data: Buffer }>(`SELECT key, data FROM ${table} ORDER BY key`)
      .all()
      .map(({ key, data }) => {
        const { period, monitor, location } = readHistoryKey(key);
        return { what: `${period} ${monitors.get(monitor)} ${locations.get(location)}`, data };
      });
  const sorted = <Row>(rows: Row[]): Row[] =>
    rows.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  const named = <Row extends { monitor: number }>(rows: Row[]) =>
    rows.map((row) => ({ ...row, monitor: monitors.get(row.monitor) }));
  const counted = (data: Buffer) =>
    [...unpackHours(data)].map(([hour, rollup]) => [
      hour,
      countOf(rollup),
      rollup.missed,
      rollup.counts,
      rollup.duration.count,
    ]);
  const firstSlot = new Map(
    database
      .prepare<[], { id: string; slot: number }>(
        'SELECT id, min(slot) AS slot FROM journal JOIN monitors ON key = monitor GROUP BY id',
      )
      .all()
      .map(({ id, slot }) => [id, slot]),
  );
  return {
    blocks: sorted(packed('blocks').map(({ what, data }) => ({ what, results: unpackBlock(data) }))),
    hours: sorted(packed('hours').map(({ what, data }) => ({ what, hours: counted(data) }))),
    days: sorted(packed('days').map(({ what, data }) => ({ what, hours: counted(data) }))),
    journal: sorted(
      named(database.prepare<[], JournalRow>('SELECT * FROM journal').all()).map((row) =>
        Object.assign(row, {
          location: locations.get(row.location),
          // Across the seam a chain only says how far back to look.
          back_ms: row.slot === firstSlot.get(row.monitor ?? '') ? null : row.back_ms,
        }),
      ),
    ),
    spans: sorted(named(database.prepare<[], { monitor: number; start: number }>('SELECT * FROM spans').all())),
    // What the machine remembers is of trouble that was seen here: an import brings none.
    heads: sorted(named(database.prepare<[], { monitor: number }>(`SELECT ${HEAD} FROM heads`).all())),
  };
}

const outcome = fc.constantFrom<Partial<CheckResult>[]>(
  {},
  {},
  {},
  { status: 'down', reason: 'status_unexpected', message: 'got 503', statusCode: 503 },
  { status: 'degraded', reason: 'response_slow', message: 'slow' },
  { status: 'unknown', reason: 'missed_late', startedAt: null, durationMs: null, statusCode: null },
);

/** Six hours of two monitors at up to two locations, at most every five minutes and with gaps. */
const results = fc
  .uniqueArray(
    fc.record({
      minute: fc.nat(71),
      monitor: fc.constantFrom('shop', 'api'),
      location: fc.constantFrom('local', 'local', 'berlin'),
      interval: fc.constantFrom(300_000, 300_000, 900_000),
      outcome,
    }),
    { selector: ({ minute, monitor, location }) => `${minute} ${monitor} ${location}`, minLength: 1, maxLength: 60 },
  )
  .map((list) =>
    list
      .map(({ minute, monitor, location, interval, outcome }) =>
        aResult({ slot: BEGIN + minute * 300_000, monitor, location, interval, ...outcome }),
      )
      .sort((one, other) => one.slot - other.slot || (one.location < other.location ? -1 : 1)),
  );

describe('an import', () => {
  it('leaves what there would be if all had been recorded in time, whatever was there and in whatever order it comes', () => {
    fc.assert(
      fc.property(results, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.nat()), (all, present, order) => {
        const there = all.filter(() => present.next().value as boolean);
        const shuffled = all
          .map((result) => ({ result, at: order.next().value as number }))
          .sort((one, other) => one.at - other.at);
        const database = aHistory(there);
        const report = importInto(
          database,
          shuffled.map(({ result }) => result),
        );
        expect(report).toMatchObject({ added: all.length - there.length, duplicates: there.length, tooOld: 0 });
        const wanted = contentOf(aHistory(all));
        // Days are written when they are closed, whichever way.
        expect(contentOf(database)).toEqual(wanted);
        const again = importInto(database, all);
        expect(again).toMatchObject({ added: 0, duplicates: all.length, tooOld: 0 });
        expect(contentOf(database)).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('fills an empty database up to the seam of now', () => {
    fc.assert(
      fc.property(results, (list) => {
        // Of two places that disagree on a slot the one that came first was judged alone.
        const all = list.filter(
          ({ monitor, slot }, index) =>
            list.findIndex((other) => other.monitor === monitor && other.slot === slot) === index,
        );
        const database = newDatabase();
        importInto(database, all, (SEAM + 2) * HOUR_MS);
        // Five minutes after its end an hour is folded.
        expect(contentOf(database)).toEqual(contentOf(aHistory(all, SEAM + 1)));
      }),
      { numRuns: 30 },
    );
  });

  const everyFiveMinutes = (from: number, to: number, change: Partial<CheckResult> = {}): CheckResult[] =>
    Array.from({ length: (to - from) / 5 }, (_, index) =>
      aResult({ monitor: 'shop', slot: BEGIN + (from + index * 5) * 60_000, interval: 300_000, ...change }),
    );
  const down = { status: 'down', reason: 'conn_refused' } as const;

  it('adds nothing to hours whose results were removed for their age, and leaves their spans as they are', () => {
    const all = [...everyFiveMinutes(0, 70), ...everyFiveMinutes(70, 90, down), ...everyFiveMinutes(90, 300)];
    const kept = all.filter(({ slot }) => slot < BEGIN + 50 * 60_000 || slot >= BEGIN + 130 * 60_000);
    const database = aHistory(kept);
    // As if all had been recorded, and the blocks of the hour with the failure removed.
    const whole = aHistory(all);
    const hourGone = BEGIN / HOUR_MS + 1;
    for (const source of [whole, database]) {
      source.prepare('DELETE FROM blocks WHERE key >= ? AND key < ?').run(hourGone * 2 ** 32, (hourGone + 1) * 2 ** 32);
    }
    for (const table of ['hours', 'days', 'spans', 'heads']) {
      database.exec(`DELETE FROM ${table}`);
      for (const row of whole.prepare<[], object>(`SELECT * FROM ${table}`).all()) {
        const values = Object.values(row) as unknown[];
        database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join()})`).run(values);
      }
    }
    const report = importInto(database, all);
    expect(report).toMatchObject({ tooOld: 12, added: all.length - kept.length - 12 });
    expect(contentOf(database)).toEqual(contentOf(whole));
  });

  it('takes spans that are older than every result, once, and cuts them where results begin', () => {
    const spans: ExportedSpan[] = (
      [
        [-300, 'up', null],
        [-200, 'down', 'conn_refused'],
        [-100, 'up', null],
        [20, 'down', 'timeout_wait'],
      ] as const
    ).map(([minute, status, reason]) => {
      return { kind: 'span', monitor: 'shop', start: new Date(BEGIN + minute * 60_000).toISOString(), status, reason };
    });
    const database = newDatabase();
    const report = importInto(database, everyFiveMinutes(0, 60), NOW, spans);
    expect(report.spans).toBe(2);
    const kept = () => database.prepare('SELECT (start - ?) / 60000 AS minute, status FROM spans').all(BEGIN);
    const wanted = [
      { minute: -300, status: 'up' },
      { minute: -200, status: 'down' },
      { minute: -100, status: 'up' },
    ];
    expect(kept()).toEqual(wanted);
    expect(database.prepare('SELECT (since - ?) / 60000 FROM heads').pluck().get(BEGIN)).toBe(-100);
    expect(importInto(database, everyFiveMinutes(0, 60), NOW, spans)).toMatchObject({ added: 0, spans: 0 });
    expect(kept()).toEqual(wanted);
  });

  it('knows a monitor by its spans and its newest verdict alone', () => {
    const database = newDatabase();
    const importer = new Importer(database, NOW);
    const start = new Date(BEGIN).toISOString();
    importer.take({
      kind: 'monitor',
      id: 'old',
      name: 'Old',
      type: 'http',
      target: 'http://127.0.0.1/',
      group: null,
      tags: {},
      enabled: true,
      interval_ms: 60_000,
      timeout_ms: 1000,
      created_at: start,
      removed_at: new Date(BEGIN + 2 * HOUR_MS).toISOString(),
      last: {
        slot: new Date(BEGIN + HOUR_MS).toISOString(),
        interval_ms: 60_000,
        status: 'up',
        reason: null,
        status_code: 200,
        duration_ms: 12.34,
      },
    });
    importer.take({ kind: 'span', monitor: 'old', start, status: 'up', reason: null });
    expect(importer.finish()).toMatchObject({ monitors: 1, spans: 1 });
    expect(database.prepare('SELECT slot, since, status, duration_us FROM heads').get()).toEqual({
      slot: BEGIN + HOUR_MS,
      since: BEGIN,
      status: 'up',
      duration_us: 12_340,
    });
    expect(database.prepare('SELECT id, removed_at FROM monitors').all()).toEqual([
      { id: 'old', removed_at: BEGIN + 2 * HOUR_MS },
    ]);
  });

  it.each([
    ['by the rules that come with it', { ...USUAL_RULES, retries: 0 }, 'down'],
    ['by the usual rules', null, 'up'],
    ['as told by a program of before there were rules', undefined, 'up'],
  ])('judges a monitor %s', (_, rules, expected) => {
    const database = newDatabase();
    const importer = new Importer(database, NOW);
    const [created_at, removed_at] = [new Date(BEGIN).toISOString(), null];
    const about = {
      name: 'Shop',
      type: 'http',
      target: '',
      group: null,
      tags: {},
      enabled: true,
      created_at,
      removed_at,
    };
    const line = { kind: 'monitor', id: 'shop', interval_ms: 300_000, timeout_ms: 1000, last: null, ...about } as const;
    importer.take({ ...line, ...(rules !== undefined && { rules: rules === null ? null : exportedRules(rules) }) });
    const list = [...everyFiveMinutes(0, 20), ...everyFiveMinutes(20, 25, down), ...everyFiveMinutes(25, 60)];
    for (const result of list) expect(importer.take(lineOf(result))).toBeUndefined();
    importer.finish();
    const statusAt = 'SELECT status FROM spans WHERE start <= ? ORDER BY start DESC LIMIT 1';
    expect(
      database
        .prepare(statusAt)
        .pluck()
        .get(BEGIN + 21 * 60_000),
    ).toBe(expected);
  });

  it('leaves trace ids out where they would be those of other traces', () => {
    const traced = everyFiveMinutes(0, 10, { traceId: 'a'.repeat(32) });
    const seeds = (seed: string) => {
      const database = newDatabase();
      database.prepare("INSERT INTO meta VALUES ('trace_seed', ?)").run('a'.repeat(32));
      const importer = new Importer(database, NOW);
      const moment = new Date(BEGIN).toISOString();
      importer.take({
        kind: 'export',
        format: 1,
        program: '',
        exported_at: moment,
        since: null,
        until: null,
        monitors: null,
        trace_seed: seed,
      });
      for (const result of traced) importer.take({ ...lineOf(result), trace_id: 'b'.repeat(32) });
      const { tracesKept } = importer.finish();
      const block = database.prepare<[], Buffer>('SELECT data FROM blocks').pluck().get();
      return [tracesKept, unpackBlock(block ?? Buffer.alloc(0)).map((result) => result.traced)];
    };
    expect(seeds('a'.repeat(32))).toEqual([true, [true, true]]);
    expect(seeds('c'.repeat(32))).toEqual([false, [false, false]]);
  });

  it.each<[string, Partial<ExportedResult>, RegExp]>([
    ['a status that its reason forbids', { status: 'down', reason: 'missed_late' }, /status must be unknown/],
    ['a reason to be up', { status: 'up', reason: 'conn_refused' }, /reason must be null/],
    ['a time that no calendar has', { slot: '2300-01-01T00:00:00Z' }, /2209/],
    ['the name of a monitor', { monitor: 'My shop!' }, /not the id of a monitor/],
  ])('leaves out %s', (_, change, fault) => {
    const importer = new Importer(newDatabase(), NOW);
    const [result = aResult()] = everyFiveMinutes(0, 5);
    expect(importer.take({ ...lineOf(result), ...change })?.fault).toMatch(fault);
    expect(importer.finish()).toMatchObject({ added: 0, monitors: 0 });
  });
});
