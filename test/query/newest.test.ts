import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { areHeadsVouched } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import { noteOwner } from '../../src/db/server-lock.ts';
import { newestOfAll } from '../../src/query/newest-of-all.ts';
import { newestOf } from '../../src/query/newest.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { fold } from '../support/folded-history.ts';
import { aMonitor } from '../support/monitors.ts';
import { fc, test } from '../support/property.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 23, 11, 50);
const KEY = 1;
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** A database with an owner, and a writer that watches one monitor beside another one. */
function served(): { readonly database: Database; readonly writer: Writer } {
  const database = open();
  noteOwner(database, START);
  const writer = new Writer(database, START);
  writer.sync([aMonitor({ retries: 1 }), aMonitor({ id: 'other' })], [], START);
  return { database, writer };
}

/** What is found by looking through the rows of all, whatever the heads say. */
function newestBySearch(database: Database): unknown {
  const vouched = database.prepare<[], string>("SELECT value FROM meta WHERE name = 'heads_lead'").pluck().get();
  database.prepare("DELETE FROM meta WHERE name = 'heads_lead'").run();
  const newest = newestOf(database, KEY);
  if (vouched !== undefined) database.prepare("INSERT INTO meta VALUES ('heads_lead', ?)").run(vouched);
  return newest;
}

const event = fc.record({
  /** So long after the newest slot so far; `null` for one interval. Below zero a late result comes. */
  after: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    { weight: 6, arbitrary: fc.constantFrom(-90_000, -60_000, -7000, 0, 5000, 45_000, 61_000, 120_000, 600_000) },
  ),
  interval: fc.constantFrom(MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, 30_000, 5000),
  status: fc.constantFrom('up', 'up', 'up', 'up', 'down', 'degraded', 'unknown'),
  location: fc.constantFrom('here', 'here', 'there'),
  /** What happens behind it. */
  next: fc.constantFrom('wait', 'flush', 'flush', 'flush', 'save', 'restart', 'fold some', 'fold all'),
});

describe('newestOf', () => {
  test(
    [fc.array(event, { minLength: 1, maxLength: 30 })],
    'finds the newest result, whatever came when and wherever from, over restarts and folded hours',
    (events) => {
      const { database, writer: first } = served();
      let writer = first;
      let newest = START;
      let seam = 0;
      let batch: CheckResult[] = [];
      for (const [index, { after, interval, status, location, next }] of events.entries()) {
        const slot = index === 0 ? START : newest + (after ?? interval);
        newest = Math.max(newest, slot);
        const reason = status === 'up' ? null : 'timeout_wait';
        batch.push(aResult({ slot, interval, status, reason, location }));
        if (next === 'wait' && index < events.length - 1) continue;
        writer.flush({ batches: [batch], now: START });
        batch = [];
        if (next === 'save' || next.startsWith('fold')) writer.finish(START);
        if (next.startsWith('fold')) {
          seam = Math.max(seam, Math.floor(newest / HOUR_MS) + (next === 'fold all' ? 1 : 0));
          fold(database, seam);
        }
        if (next === 'restart' || next.startsWith('fold')) {
          noteOwner(database, START + index + 1);
          writer = new Writer(database, START);
        }
        const found = newestOf(database, KEY);
        expect(found).toEqual(newestBySearch(database));
        expect(found?.slot).toBe(newest);
        expect(newestOfAll(database).get(KEY)).toMatchObject({ ...found });
        expect(areHeadsVouched(database)).toBe(true);
      }
    },
  );

  it('looks through the rows of all where a program wrote that saves heads less often, until one starts that does not', () => {
    const { database, writer } = served();
    const minutes = [0, 1, 2, 2.5, 3.5, 4.5];
    writer.flush({ batches: [[aResult({ slot: START })]], now: START });
    const head = database.prepare<[], unknown[]>('SELECT * FROM heads').raw().all();
    for (const minute of minutes.slice(1)) {
      writer.flush({ batches: [[aResult({ slot: START + minute * MINUTE })]], now: START });
    }
    database.prepare('DELETE FROM heads').run();
    for (const row of head) database.prepare('INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(...row);
    noteOwner(database, START + 1);
    expect([areHeadsVouched(database), newestOf(database, KEY)?.slot]).toEqual([false, START + 4.5 * MINUTE]);
    expect(new Writer(database, START).newestSlotOf(KEY)).toBe(START + 4.5 * MINUTE);
    expect([areHeadsVouched(database), newestOf(database, KEY)?.slot]).toEqual([true, START + 4.5 * MINUTE]);
  });
});
