import { beforeAll, describe, expect, it } from 'vitest';
import { hourOf } from '../../src/core/history/history-key.ts';
import { foldedUntilOf } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import { FoldWatch } from '../../src/recorder/fold-watch.ts';
import { FoldedTables } from '../../src/recorder/folded-tables.ts';
import { passesOf } from '../../src/recorder/fold-passes.ts';
import { HourFold } from '../../src/recorder/hour-fold.ts';
import { JournalSlices } from '../../src/recorder/journal-slices.ts';
import { Seam } from '../../src/recorder/seam.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';
import { storedResults, storedRollups } from '../support/stored-results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const IDS = Array.from({ length: 20 }, (_, index) => `m${index}`);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** An hour of twenty monitors, the first five of which are down. */
function anHour() {
  const database = open();
  const writer = new Writer(database, NOON);
  writer.sync(
    IDS.map((id) => aMonitor({ id })),
    [],
    NOON,
  );
  const results = IDS.flatMap((monitor, index) =>
    Array.from({ length: 60 }, (_, minute) => {
      const down = index < 5 ? ({ status: 'down', reason: 'conn_reset', message: 'reset' } as const) : {};
      return aResult({ monitor, slot: NOON + minute * MINUTE + index, interval: MINUTE, ...down });
    }),
  );
  writer.flush({ batches: [results], now: NOON });
  return { database, writer, results };
}

describe('HourFold', () => {
  it.each([
    ['all at once', 10_000],
    ['in passes', 500],
    ['in ever smaller passes', 70],
    ['one monitor after the other, when one alone is too much', 1],
  ])('folds an hour %s', (_, mostRows) => {
    const { database, results } = anHour();
    const before = storedResults(database);
    const deps = {
      database,
      slices: new JournalSlices(database),
      tables: new FoldedTables(database),
      seam: new Seam(database),
      watch: new FoldWatch(),
      mostRows,
    };
    const fold = new HourFold(deps, hourOf(NOON), [{ first: 0, last: IDS.length }]);
    let steps = 0;
    while (!fold.step(NOON)) steps += 1;
    expect(steps).toBeGreaterThan(3);
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 1);
    expect(storedResults(database)).toEqual(before);
    expect(storedRollups(database).kept).toEqual(storedRollups(database).expected);
    expect(fold.note(NOON)).toMatchObject({ rows: results.length, hour: hourOf(NOON) });
  });

  it('begins anew when very much comes for the hour meanwhile', () => {
    const { database, writer, results } = anHour();
    const now = NOON + 65 * MINUTE;
    writer.upkeep({ now, monotonic: 0, forMs: 0 });
    const late = Array.from({ length: 6000 }, (_, index) => aResult({ monitor: 'm7', slot: NOON + 20_000 + index }));
    writer.flush({ batches: [late], now });
    while (writer.upkeep({ now, monotonic: 0, forMs: 0 }).busy);
    expect(storedResults(database)).toHaveLength(results.length + late.length);
    expect(storedRollups(database).kept).toEqual(storedRollups(database).expected);
  });
});

describe('passesOf', () => {
  const heads = [1, 2, 3, 4, 9].map((monitor) => ({ monitor, slot: NOON + 1, interval_ms: MINUTE }));

  it('parts monitors by how many results they are expected to have', () => {
    const hour = hourOf(NOON);
    expect(passesOf(heads, { hour, mostRows: 1000 })).toEqual([{ first: 0, last: 9 }]);
    expect(passesOf(heads, { hour, mostRows: 130 })).toEqual([
      { first: 0, last: 3 },
      { first: 4, last: 9 },
    ]);
    expect(passesOf([], { hour, mostRows: 130 })).toEqual([{ first: 0, last: 1 }]);
  });
});
