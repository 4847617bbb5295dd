import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/outcome.ts';
import { spansOf } from '../../src/core/spans.ts';
import { joinVerdicts, type Verdict } from '../../src/core/status-machine.ts';
import type { Database } from '../../src/db/native.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabase, memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { fc, test } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

function aWriter(database = open()) {
  const writer = new Writer(database, NOON);
  writer.sync([aMonitor({ id: 'website' }), aMonitor({ id: 'other' })], [], NOON);
  const flush = (...results: CheckResult[]) => writer.flush({ batches: [results], now: NOON });
  const spans = () =>
    database.prepare('SELECT start, status, reason FROM spans WHERE monitor = 1 ORDER BY start').all();
  return { writer, database, flush, spans };
}
const at = (second: number, overrides: Partial<CheckResult> = {}) =>
  aResult({ slot: NOON + second * 1000, interval: 1000, ...overrides });
const down = { status: 'down', reason: 'conn_refused', message: 'refused' } as const;

describe('Writer', () => {
  it('writes one row a result and a span only for a change', () => {
    const { database, flush, spans } = aWriter();
    const report = flush(at(0), at(1), at(2, down), at(3, down), at(4));
    expect(report.receipts).toEqual([{ recorded: 5, duplicates: 0, ignored: 0, lost: 0 }]);
    expect(database.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(5);
    expect(spans()).toEqual([
      { start: NOON, status: 'up', reason: null },
      { start: NOON + 2000, status: 'down', reason: 'conn_refused' },
      { start: NOON + 4000, status: 'up', reason: null },
    ]);
    expect(report.transitions.map(({ from, to }) => [from, to])).toEqual([
      ['unknown', 'up'],
      ['up', 'down'],
      ['down', 'up'],
    ]);
  });

  it('keeps the first of two results of one slot, monitor and location', () => {
    const { database, flush, spans } = aWriter();
    flush(at(0), at(1));
    const again = flush(at(1, down), at(0, down));
    expect(again.receipts).toEqual([{ recorded: 0, duplicates: 2, ignored: 0, lost: 0 }]);
    expect(again.transitions).toEqual([]);
    expect(spans()).toHaveLength(1);
    expect(database.prepare("SELECT count(*) FROM journal WHERE status = 'down'").pluck().get()).toBe(0);
  });

  it('lets a late result fill a gap, but not turn a newer status', () => {
    const { flush, spans } = aWriter();
    flush(at(0), at(4));
    const late = flush(at(2, down), at(1));
    expect(late.transitions).toEqual([]);
    expect(spans()).toEqual([
      { start: NOON, status: 'up', reason: null },
      { start: NOON + 2000, status: 'down', reason: 'conn_refused' },
      { start: NOON + 3000, status: 'unknown', reason: null },
      { start: NOON + 4000, status: 'up', reason: null },
    ]);
  });

  it('counts results of monitors it was never told of, and what is no result, as ignored', () => {
    const { flush } = aWriter();
    const broken = [
      at(0, { monitor: 'stranger' }),
      at(0, { slot: 1.5 }),
      at(0, { reason: 'no_such_reason' as never }),
      at(0, { durationMs: NaN }),
      at(0, { phases: null as never }),
    ];
    expect(flush(...broken, at(0)).receipts).toEqual([{ recorded: 1, duplicates: 0, ignored: 5, lost: 0 }]);
  });

  it('remembers nothing of a flush that failed', () => {
    const { database, flush, spans } = aWriter();
    flush(at(0));
    database.exec("CREATE TRIGGER full BEFORE INSERT ON spans BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(() => flush(at(1), at(2, { location: 'elsewhere' }), at(3, down))).toThrow('no');
    database.exec('DROP TRIGGER full');
    expect(spans()).toHaveLength(1);
    const report = flush(at(1), at(2, { location: 'elsewhere' }), at(3, down));
    expect(report.receipts[0]?.recorded).toBe(3);
    expect(report.transitions.map(({ to }) => to)).toEqual(['down']);
    expect(spans()).toHaveLength(2);
  });

  it('says that the disk is full, loses nothing it had, and goes on when there is room', async () => {
    const database = await aDatabase();
    const { flush } = aWriter(database);
    flush(at(0));
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 1}`);
    const many = Array.from({ length: 2000 }, (_, second) => at(second + 1));
    expect(() => flush(...many)).toThrow(expect.objectContaining({ code: 'db_full' }));
    expect(database.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(1);
    database.pragma('max_page_count = 100000');
    expect(flush(...many).receipts[0]?.recorded).toBe(2000);
  });

  it('retires a monitor that vanished and lets it continue its history when it returns', () => {
    const { writer, database, flush, spans } = aWriter();
    flush(at(0));
    expect(writer.sync([aMonitor({ id: 'other' })], [], NOON)).toMatchObject({ retired: 1, watched: 1 });
    expect(flush(at(1)).receipts[0]?.recorded).toBe(1);
    expect(writer.sync([aMonitor({ id: 'website' }), aMonitor({ id: 'other' })], [], NOON)).toMatchObject({
      returned: 1,
    });
    flush(at(2));
    expect(spans()).toHaveLength(1);
    expect(database.prepare('SELECT count(*) FROM monitors').pluck().get()).toBe(2);
  });

  it('stores an address without credentials, query values and secrets', () => {
    const { writer, database } = aWriter();
    writer.sync([aMonitor({ url: 'https://me:pass@example.com/hook/s3cret?key=abc&b=1#x' })], ['s3cret'], NOON);
    expect(database.prepare("SELECT target FROM monitors WHERE id = 'website'").pluck().get()).toBe(
      'https://example.com/hook/…?key=…&b=…',
    );
  });
});

const result = fc
  .record({
    slot: fc.integer({ min: 0, max: 40 }),
    interval: fc.constantFrom(1000, 2000, 5000),
    outcome: fc.constantFrom(
      { status: 'up', reason: null },
      { status: 'degraded', reason: null },
      { status: 'down', reason: 'conn_refused' },
      { status: 'down', reason: 'timeout_wait' },
      { status: 'unknown', reason: 'missed_late' },
    ),
    location: fc.constantFrom('here', 'there'),
    monitor: fc.constantFrom('website', 'other'),
  })
  .map(({ slot, outcome, ...rest }) => at(slot, { ...rest, ...(outcome as Partial<CheckResult>) }));
const results = fc.uniqueArray(result, {
  maxLength: 40,
  selector: ({ slot, monitor, location }) => `${slot} ${monitor} ${location}`,
});

function verdictsOf(list: readonly CheckResult[]): Verdict[] {
  const bySlot = new Map<number, Verdict>();
  for (const { slot, interval, status, reason } of list) {
    const known = bySlot.get(slot);
    const one = { slot, interval, status, reason };
    bySlot.set(slot, known === undefined ? one : joinVerdicts(known, one));
  }
  return [...bySlot.values()].sort((one, other) => one.slot - other.slot);
}

/** How the results come: in which groups, and after which groups the program is killed and started again. */
const delivery = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 9 }), restart: fc.boolean(), later: fc.nat(400_000) }),
);

describe('Writer, in any order of arrival, groups and restarts', () => {
  test([results, delivery], 'comes to the spans, heads and chains of arrival in order', (arrivals, groups) => {
    const database = open();
    let { writer } = aWriter(database);
    const rest = [...arrivals];
    let now = NOON;
    for (const { size, restart, later } of [...groups, { size: arrivals.length, restart: false, later: 0 }]) {
      now += later;
      writer.flush({ batches: [rest.splice(0, size)], now });
      if (restart) writer = new Writer(database, now);
    }
    for (const [index, monitor] of ['website', 'other'].entries()) {
      const verdicts = verdictsOf(arrivals.filter((each) => each.monitor === monitor));
      const spans = database
        .prepare('SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start')
        .all(index + 1);
      expect(spans).toEqual(spansOf(verdicts));
      expect(chainOf(database, index + 1, verdicts.at(-1)?.slot ?? 0)).toEqual(
        verdicts.map(({ slot }) => slot).toReversed(),
      );
      writer.finish(now);
      const head = database
        .prepare('SELECT slot, interval_ms AS interval, status, reason FROM heads WHERE monitor = ?')
        .get(index + 1);
      expect(head).toEqual(verdicts.at(-1));
      const since = database
        .prepare('SELECT since FROM heads WHERE monitor = ?')
        .pluck()
        .get(index + 1);
      expect(since).toBe(spansOf(verdicts).at(-1)?.start);
    }
    database.close();
  });
});

function chainOf(database: Database, monitor: number, newest: number): number[] {
  const link = database.prepare<[number, number], { back: number }>(
    'SELECT coalesce(back_ms, interval_ms) AS back FROM journal WHERE slot = ? AND monitor = ?',
  );
  const slots: number[] = [];
  for (let slot = newest, row = link.get(slot, monitor); row !== undefined; row = link.get(slot, monitor)) {
    slots.push(slot);
    slot -= row.back;
  }
  return slots;
}
