import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, readHistoryKey } from '../../src/core/history/history-key.ts';
import type { Retention } from '../../src/core/history/retention.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { prunedNotesOf } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import { Writer, type WriterOptions } from '../../src/recorder/writer.ts';
import { aDatabase, memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';
import { storedResults } from '../support/stored-results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const IDS = ['usual', 'short', 'forever'] as const;
const general: Retention = { results: 3 * DAY_MS, hour: 5 * DAY_MS, day: 9 * DAY_MS };
const own: Readonly<Record<(typeof IDS)[number], Retention | null>> = {
  usual: null,
  short: { results: DAY_MS, hour: 2 * DAY_MS, day: 4 * DAY_MS },
  forever: { results: null, hour: null, day: null },
};

let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

function aWriter(database = open(), options: WriterOptions = { retention: general }) {
  const writer = new Writer(database, NOON, options);
  const sync = (retention = own) =>
    writer.sync(
      IDS.map((id) => aMonitor({ id, retention: retention[id] })),
      [],
      NOON,
    );
  sync();
  const flush = (...results: CheckResult[]) => writer.flush({ batches: [results], now: NOON }).receipts[0];
  const upkeep = (now: number, monotonic = 0) => {
    const reports = [writer.upkeep({ now, monotonic, forMs: 0 })];
    while (reports.at(-1)?.busy === true) reports.push(writer.upkeep({ now, monotonic, forMs: 0 }));
    return reports.flatMap(({ pruned }) => pruned);
  };
  return { writer, database, flush, upkeep, sync };
}

/** One result an hour and monitor, of the hours before noon, oldest first; every tenth is down. */
function hourly(hours: number, monitors: readonly string[] = IDS): CheckResult[] {
  return Array.from({ length: hours }, (_, index) => NOON - (hours - index) * HOUR_MS).flatMap((slot) =>
    monitors.map((monitor) => {
      const down =
        (slot / HOUR_MS) % 10 === 0 ? ({ status: 'down', reason: 'conn_reset', message: 'reset' } as const) : {};
      return aResult({ monitor, slot, interval: HOUR_MS, ...down });
    }),
  );
}

/** The oldest period of each monitor in a table, in days before noon. */
function oldest(database: Database, table: 'blocks' | 'hours' | 'days'): (number | null)[] {
  const keys = database.prepare<[], number>(`SELECT key FROM ${table} ORDER BY key`).pluck().all();
  const length = table === 'blocks' ? HOUR_MS : DAY_MS;
  return IDS.map((_, index) => {
    const first = keys.map(readHistoryKey).find(({ monitor }) => monitor === index + 1);
    return first === undefined ? null : (NOON - first.period * length) / DAY_MS;
  });
}

describe('retention', () => {
  it('keeps each tier as long as is said, in general and of single monitors', () => {
    const { database, flush, upkeep } = aWriter();
    flush(...hourly(12 * 24));
    const pruned = upkeep(NOON + HOUR_MS);
    expect(oldest(database, 'blocks')).toEqual([3 - 1 / 24, 1 - 1 / 24, 12]);
    expect(oldest(database, 'hours')).toEqual([5.5, 2.5, 12.5]);
    expect(oldest(database, 'days')).toEqual([9.5, 4.5, 12.5]);
    expect(pruned).toHaveLength(1);
    expect(pruned[0]).toMatchObject({ why: 'age', resultsBefore: null, blocks: (9 + 11) * 24 + 2 });
    expect(prunedNotesOf(database)).toEqual({ age: pruned[0] });
    expect(upkeep(NOON + HOUR_MS)).toEqual([]);
    expect(upkeep(NOON + 2 * HOUR_MS)[0]).toMatchObject({ blocks: 2 });
  });

  it('keeps the spans of as long as rollups of days, and the one that was under way then', () => {
    const { database, flush, upkeep } = aWriter();
    flush(...hourly(12 * 24));
    const spans = (monitor: number) =>
      database
        .prepare<[number], number>('SELECT start FROM spans WHERE monitor = ? ORDER BY start')
        .pluck()
        .all(monitor)
        .map((start) => (NOON - start) / DAY_MS);
    const before = spans(1);
    upkeep(NOON);
    const under = before.findLast((days) => days >= 9) ?? 0;
    expect(spans(1)).toEqual(before.filter((days) => days <= under));
    expect(spans(3)).toEqual(before);
  });

  it('removes what is too old when a retention is made shorter', () => {
    const { database, flush, upkeep, sync } = aWriter();
    flush(...hourly(12 * 24));
    upkeep(NOON);
    expect(oldest(database, 'blocks')).toEqual([3, 1, 12]);
    sync({ ...own, forever: { results: 2 * DAY_MS, hour: null, day: null } });
    upkeep(NOON);
    expect(oldest(database, 'blocks')).toEqual([3, 1, 2]);
  });

  it('takes no late result for an hour whose results are gone', () => {
    const { flush, database, upkeep } = aWriter();
    flush(...hourly(12 * 24));
    upkeep(NOON);
    const late = (monitor: string, days: number) => aResult({ monitor, slot: NOON - days * DAY_MS + 60_000 });
    expect(flush(late('usual', 4), late('usual', 11))).toMatchObject({ ignored: 2 });
    expect(flush(late('usual', 2), late('forever', 11))).toMatchObject({ recorded: 2 });
    expect(storedResults(database)).toHaveLength((3 + 1 + 12) * 24 + 2);
  });

  it('gives a clock that jumped ahead an hour to be put right', () => {
    const { database, flush, upkeep } = aWriter();
    flush(...hourly(2 * 24));
    upkeep(NOON, 0);
    const wrong = NOON + 5000 * DAY_MS;
    expect(upkeep(wrong, 1000)).toEqual([]);
    expect(upkeep(NOON, 2000)).toEqual([]);
    expect(oldest(database, 'blocks')).toEqual([2, 1, 2]);
    expect(upkeep(wrong, 3000)).toEqual([]);
    expect(upkeep(wrong + HOUR_MS, 3000 + HOUR_MS)).toHaveLength(1);
    expect(oldest(database, 'blocks')).toEqual([null, null, 2]);
  });
});

describe('a limit of the size', () => {
  it('lets the oldest results go first, then rollups of hours, and never those of the last day', async () => {
    const now = NOON + 10 * 60_000;
    const many = Array.from({ length: 120 }, (_, index) => `m${index}`);
    const database = await aDatabase();
    const writer = new Writer(database, NOON, { retention: { results: null, hour: null, day: null } });
    writer.sync(
      many.map((id) => aMonitor({ id })),
      [],
      NOON,
    );
    const results = hourly(4 * 24, many);
    for (let from = 0; from < results.length; from += 5000) {
      writer.flush({ batches: [results.slice(from, from + 5000)], now: NOON });
    }
    const work = (each: Writer) => {
      const reports = [each.upkeep({ now, monotonic: 0, forMs: 5 })];
      while (reports.at(-1)?.busy === true) reports.push(each.upkeep({ now, monotonic: 0, forMs: 5 }));
      return reports;
    };
    work(writer);
    const used = () =>
      4096 *
      Number(
        database
          .prepare(
            'SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)',
          )
          .pluck()
          .get(),
      );
    const count = (table: string) => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    const full = used();
    expect(count('blocks')).toBe(4 * 24 * 120);

    const maxSize = full - 120_000;
    const reports = work(new Writer(database, NOON, { retention: { results: null, hour: null, day: null }, maxSize }));
    expect(used()).toBeLessThanOrEqual(maxSize);
    expect(count('blocks') % 120).toBe(0);
    expect(count('blocks')).toBeLessThan(4 * 24 * 120);
    expect(count('hours')).toBe(5 * 120);
    const { size } = prunedNotesOf(database);
    expect(reports.flatMap(({ pruned }) => pruned)).toEqual([size]);
    const first = Math.min(...storedResults(database).map(({ slot }) => slot));
    expect(size).toMatchObject({ why: 'size', resultsBefore: first, hours: 0 });

    const tiny = work(
      new Writer(database, NOON, { retention: { results: null, hour: null, day: null }, maxSize: 1000 }),
    );
    expect(tiny.at(-1)).toMatchObject({ tooLarge: true });
    expect(count('blocks')).toBe(24 * 120);
    expect(count('hours')).toBe(2 * 120);
    expect(count('days')).toBe(4 * 120);
  });
});
