import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import { unpackRollup } from '../../src/core/history/packed-rollup.ts';
import { countOf } from '../../src/core/history/rollup.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { spansOf } from '../../src/core/spans.ts';
import { joinVerdicts, type Verdict } from '../../src/core/status-machine.ts';
import { keptOfJournalRow } from '../../src/db/journal-result.ts';
import { daysUntilOf, foldedNoteOf, foldedUntilOf } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import { journalRow } from '../../src/recorder/journal-row.ts';
import { Writer, type WriterOptions } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { storedResults, storedRollups } from '../support/stored-results.ts';
import { aMonitor } from '../support/monitors.ts';
import { fc, test } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const MONITORS = ['website', 'other'];
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

function aWriter(database = open(), options: WriterOptions = {}) {
  const writer = new Writer(database, NOON, options);
  writer.sync(
    MONITORS.map((id) => aMonitor({ id })),
    [],
    NOON,
  );
  const flush = (now: number, ...results: CheckResult[]) => writer.flush({ batches: [results], now }).receipts[0];
  /** Does all that is due. */
  const fold = (now: number, monotonic = now) => {
    for (let calls = 0; calls < 10_000; calls += 1) {
      if (!writer.upkeep({ now, monotonic, forMs: 0 }).busy) return;
    }
    throw new Error('upkeep does not come to an end');
  };
  return { writer, database, flush, fold };
}

const at = (minute: number, overrides: Partial<CheckResult> = {}) =>
  aResult({ slot: NOON + minute * MINUTE, interval: MINUTE, ...overrides });
const down = { status: 'down', reason: 'conn_refused', message: 'refused' } as const;
const minutes = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => at(from + index));
const countIn = (database: Database, table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
const slotsOf = (database: Database) => storedResults(database).map(({ slot }) => (slot - NOON) / MINUTE);

describe('folding', () => {
  it('moves an hour that is over from the journal into blocks and rollups', () => {
    const { database, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 90), at(3, { monitor: 'other', ...down }));
    const before = storedResults(database);
    fold(NOON + 64 * MINUTE);
    expect(foldedUntilOf(database)).toBe(0);
    fold(NOON + 65 * MINUTE);
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 1);
    expect(storedResults(database)).toEqual(before);
    expect([countIn(database, 'blocks'), countIn(database, 'journal'), countIn(database, 'hours')]).toEqual([2, 30, 2]);
    const { kept, expected } = storedRollups(database);
    expect(kept).toEqual(expected);
    expect(kept.size).toBe(2);
    expect(foldedNoteOf(database)).toMatchObject({ hour: hourOf(NOON), rows: 61, at: NOON + 65 * MINUTE });
  });

  it('keeps every column of every result, however odd', () => {
    const { database, flush, fold } = aWriter();
    const odd: Partial<CheckResult>[] = [
      { statusCode: null },
      { statusCode: 0 },
      { statusCode: 70_000_000 },
      { startedAt: null, status: 'unknown', reason: 'missed_late', durationMs: null },
      { startedAt: NOON - 50_000 },
      { startedAt: NOON + 60 * DAY_MS },
      { durationMs: 0 },
      { durationMs: 0.0005 },
      { durationMs: 1_114.112 },
      { durationMs: 60_000 },
      { durationMs: 40 * DAY_MS },
      { interval: 65_533 },
      { interval: 400 * DAY_MS },
      { phases: { dns: 0, connect: null, tls: 65.532, wait: 1114.2, body: null } },
      { address: '[::1]:80', attempt: 3 },
      { address: '127.0.0.1:80', traceId: 'a'.repeat(32) },
      { status: 'up', reason: 'status_unexpected' },
      { status: 'degraded', reason: 'response_slow', message: 'Täuschend \u{1f600} \0 langsam' },
      { ...down, location: 'elsewhere' },
    ].map((each) => each as Partial<CheckResult>);
    const results = odd.map((each, index) => at(index, each));
    flush(NOON, ...results);
    const expected = results.map((result) =>
      Object.assign(keptOfJournalRow(journalRow(result, 1, 1)), {
        monitor: 1,
        location: result.location === 'elsewhere' ? 2 : 1,
      }),
    );
    fold(NOON + 2 * HOUR_MS);
    expect(countIn(database, 'journal')).toBe(0);
    expect(storedResults(database)).toEqual(expected);
  });

  it('leaves hours alone that lie in the future, and one that is not over any more', () => {
    const { database, writer, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 10), ...minutes(600, 610));
    writer.upkeep({ now: NOON + 2 * HOUR_MS, monotonic: 0, forMs: 0 });
    fold(NOON + 30 * MINUTE);
    expect(foldedUntilOf(database)).toBe(0);
    fold(NOON + 3 * HOUR_MS);
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 1);
    expect(countIn(database, 'journal')).toBe(10);
  });

  it('loses nothing that comes for an hour while that is being folded', () => {
    const { database, writer, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 60), ...minutes(61, 70));
    const now = NOON + 66 * MINUTE;
    for (let step = 0; step < 20; step += 1) {
      const extra = aResult({ slot: NOON + step * 1000 + 1, interval: MINUTE });
      const other = aResult({ slot: NOON + step * 1000 + 2, interval: MINUTE, monitor: 'other', ...down });
      expect(flush(now, extra, other)).toMatchObject({ recorded: 2 });
      writer.upkeep({ now, monotonic: now, forMs: 0 });
    }
    fold(now);
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 1);
    expect(storedResults(database)).toHaveLength(109);
    expect(storedRollups(database).kept).toEqual(storedRollups(database).expected);
    expect(countIn(database, 'journal')).toBe(9);
  });

  it('merges late results into folded hours, knows those it has, and keeps the spans right', () => {
    const { database, flush, fold } = aWriter();
    flush(NOON, at(0), at(2), at(58), at(61), at(62));
    fold(NOON + 66 * MINUTE);
    expect(flush(NOON, at(1, down), at(59, down), at(60, down))).toMatchObject({ recorded: 3 });
    expect(flush(NOON, at(1), at(2, down), at(0, { location: 'elsewhere', ...down }))).toMatchObject({
      recorded: 1,
      duplicates: 2,
    });
    expect(slotsOf(database)).toEqual([0, 0, 1, 2, 58, 59, 60, 61, 62]);
    expect(storedRollups(database).kept).toEqual(storedRollups(database).expected);
    expect(spansIn(database, 1)).toEqual([
      [0, 'down'],
      [2, 'up'],
      [3, 'unknown'],
      [58, 'up'],
      [59, 'down'],
      [61, 'up'],
    ]);
  });

  it('takes in a first result, or one after a pause, that belongs to a folded hour', () => {
    const { database, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 60));
    fold(NOON + 66 * MINUTE);
    expect(flush(NOON, at(5, { monitor: 'other' }), at(7, { monitor: 'other', ...down }))).toMatchObject({
      recorded: 2,
    });
    expect(flush(NOON, at(70, { monitor: 'other' }))).toMatchObject({ recorded: 1 });
    expect(spansIn(database, 2)).toEqual([
      [5, 'up'],
      [6, 'unknown'],
      [7, 'down'],
      [8, 'unknown'],
      [70, 'up'],
    ]);
    expect(storedResults(database)).toHaveLength(63);
    // What a restart reads the heads from has no journal row of them any more.
    const again = new Writer(database, NOON + 70 * MINUTE);
    again.flush({ batches: [[at(71, { monitor: 'other', ...down })]], now: NOON + 71 * MINUTE });
    expect(spansIn(database, 2).at(-1)).toEqual([71, 'down']);
  });

  it('closes a day when all of its hours are folded, and corrects it when a late result comes', () => {
    const { database, flush, fold } = aWriter();
    const day = Math.floor(NOON / DAY_MS);
    flush(NOON, ...[-20 * 60, 0, 5, 60, 11 * 60 + 59, 12 * 60].map((minute) => at(minute)));
    fold(NOON + 12 * HOUR_MS + 4 * MINUTE);
    expect(daysUntilOf(database)).toBe(day);
    fold(NOON + 12 * HOUR_MS + 5 * MINUTE);
    expect(daysUntilOf(database)).toBe(day + 1);
    const counts = () =>
      database
        .prepare<[], Buffer>('SELECT data FROM days ORDER BY key')
        .pluck()
        .all()
        .map((data) => countOf(unpackRollup(data)));
    expect(counts()).toEqual([1, 4]);
    flush(NOON, at(7), at(8, down), at(-19 * 60));
    expect(counts()).toEqual([2, 6]);
  });

  it('catches up with a month of journal, and says how far behind it is', () => {
    const { database, writer, flush, fold } = aWriter();
    const days = Array.from({ length: 29 * 24 }, (_, hour) => at(hour * 60 - 29 * 24 * 60));
    flush(NOON, ...days);
    const report = writer.upkeep({ now: NOON + HOUR_MS, monotonic: 0, forMs: 0 });
    expect(report).toMatchObject({ busy: true, behindHours: 29 * 24 });
    fold(NOON + HOUR_MS);
    expect(storedResults(database)).toHaveLength(29 * 24);
    expect(countIn(database, 'journal')).toBe(0);
    expect(countIn(database, 'days')).toBe(29);
  });

  it('goes on at a slot of the year 2100', () => {
    const slot = Date.UTC(2100, 1, 28, 23, 59);
    const { database, flush, fold } = aWriter();
    flush(slot, aResult({ slot, interval: MINUTE }), aResult({ slot: slot + MINUTE, interval: MINUTE }));
    fold(slot + 2 * HOUR_MS);
    expect(foldedUntilOf(database)).toBe(hourOf(slot) + 2);
    expect(storedResults(database)).toHaveLength(2);
    expect(flush(slot, aResult({ slot: Date.UTC(2300, 0), interval: MINUTE }))).toMatchObject({ ignored: 1 });
  });

  it('keeps what is measured again after the clock was set back an hour apart from what was measured before', () => {
    const { database, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 130));
    fold(NOON + 130 * MINUTE);
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 2);
    const again = flush(NOON + 70 * MINUTE, at(70, down), at(71), aResult({ slot: NOON + 71 * MINUTE + 7, ...down }));
    expect(again).toMatchObject({ recorded: 1, duplicates: 2 });
    fold(NOON + 70 * MINUTE);
    expect(storedResults(database)).toHaveLength(131);
    expect(storedRollups(database).kept).toEqual(storedRollups(database).expected);
  });

  it('lets nothing but a damaged block stay away, and records on', () => {
    const { database, flush, fold } = aWriter();
    flush(NOON, ...minutes(0, 60));
    fold(NOON + 66 * MINUTE);
    database.prepare("UPDATE blocks SET data = x'00ff00ff'").run();
    expect(flush(NOON, aResult({ slot: NOON + 1, interval: MINUTE }), at(66))).toMatchObject({
      recorded: 1,
      ignored: 1,
    });
  });
});

function spansIn(database: Database, monitor: number): [number, string][] {
  const spans = database
    .prepare<[number], { start: number; status: string }>(
      'SELECT start, status FROM spans WHERE monitor = ? ORDER BY start',
    )
    .all(monitor);
  return spans.map(({ start, status }) => [(start - NOON) / MINUTE, status]);
}

const arrival = fc
  .record({
    minute: fc.integer({ min: 0, max: 400 }),
    interval: fc.constantFrom(1, 3, 30, 100),
    outcome: fc.constantFrom(
      { status: 'up', reason: null },
      { status: 'up', reason: null },
      { status: 'degraded', reason: 'response_slow' },
      { status: 'down', reason: 'conn_refused' },
      { status: 'unknown', reason: 'missed_late' },
    ),
    monitor: fc.constantFrom(...MONITORS),
    location: fc.constantFrom('local', 'elsewhere'),
  })
  .map(({ minute, interval, outcome, ...rest }) => at(minute, { ...rest, ...outcome, interval: interval * MINUTE }));

const action = fc.oneof(
  fc.record({ kind: fc.constant('flush' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('pieces' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('later' as const), count: fc.integer({ min: -70, max: 200 }) }),
  fc.record({ kind: fc.constant('restart' as const), count: fc.constant(0) }),
);

function verdictsOf(results: readonly CheckResult[]): Verdict[] {
  const bySlot = new Map<number, Verdict>();
  for (const { slot, interval, status, reason } of results) {
    const one: Verdict = { slot, interval, status, reason };
    const known = bySlot.get(slot);
    bySlot.set(slot, known === undefined ? one : joinVerdicts(known, one));
  }
  return [...bySlot.values()].sort((one, other) => one.slot - other.slot);
}

describe('folding, whatever comes when, and however often the program is killed', () => {
  test(
    [fc.array(arrival, { maxLength: 80 }), fc.array(action, { maxLength: 60 })],
    'keeps each result once, its rollups and spans',
    (arrivals, actions) => {
      const database = open();
      let { writer } = aWriter(database);
      const rest = [...arrivals];
      const firsts = new Map<string, CheckResult>();
      for (const each of arrivals) {
        const name = `${each.slot} ${each.monitor} ${each.location}`;
        if (!firsts.has(name)) firsts.set(name, each);
      }
      let now = NOON;
      const end = { kind: 'flush' as const, count: arrivals.length };
      for (const { kind, count } of [...actions, end, { kind: 'pieces' as const, count: 10_000 }]) {
        if (kind === 'flush') writer.flush({ batches: [rest.splice(0, count)], now });
        if (kind === 'later') now += count * MINUTE;
        if (kind === 'restart') writer = new Writer(database, now);
        let pieces = kind === 'pieces' ? count : 0;
        while (pieces > 0 && writer.upkeep({ now, monotonic: now - NOON, forMs: 0 }).busy) pieces -= 1;
      }
      const results = [...firsts.values()];
      const found = storedResults(database).map(
        ({ slot, monitor, status }) => `${slot} ${MONITORS[monitor - 1]} ${status}`,
      );
      expect(found.sort()).toEqual(results.map(({ slot, monitor, status }) => `${slot} ${monitor} ${status}`).sort());
      const { kept, expected } = storedRollups(database);
      expect(kept).toEqual(expected);
      for (const [index, monitor] of MONITORS.entries()) {
        const spans = database
          .prepare('SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start')
          .all(index + 1);
        expect(spans).toEqual(spansOf(verdictsOf(results.filter((each) => each.monitor === monitor))));
      }
      database.close();
    },
  );
});
