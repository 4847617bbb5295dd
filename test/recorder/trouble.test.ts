import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError, errorCode } from '../../src/core/errors.ts';
import { HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { foldedUntilOf } from '../../src/db/meta-values.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openRecorder, type Recorder } from '../../src/recorder/recorder.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabase, aDatabasePath, aReader } from '../support/database.ts';
import { givenResult } from '../support/given-results.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { storedResults, storedRollups } from '../support/stored-results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const PATIENCE = { timeout: 20_000, interval: 20 };

function minutes(from: number, to: number): CheckResult[] {
  return Array.from({ length: to - from }, (_, index) => givenResult('website', NOON + (from + index) * MINUTE));
}

async function aRecorder(path: string): Promise<{ recorder: Recorder; clock: ManualClock }> {
  const clock = new ManualClock(NOON);
  const recorder = await openRecorder({
    path,
    clock,
    logger: pino({ level: 'silent' }),
    limits: { waitMs: 1, retryMs: [20, 50] },
    upkeep: { lookAgainMs: 5, pauseMs: 1, callMs: 0, retryMs: [20, 50] },
  });
  onTestFinished(() => recorder.close());
  await recorder.syncMonitors([aMonitor()]);
  return { recorder, clock };
}

function expectOnce(database: Database, slots: number): void {
  const stored = storedResults(database);
  expect(stored).toHaveLength(slots);
  expect(new Set(stored.map(({ slot }) => slot)).size).toBe(slots);
  const { kept, expected } = storedRollups(database);
  expect(kept).toEqual(expected);
}

describe('folding in trouble', () => {
  it('waits for another program that holds the file locked, and goes on by itself', async () => {
    const path = aDatabasePath();
    const { recorder, clock } = await aRecorder(path);
    await recorder.record(minutes(0, 130));
    const other = new (await loadSqlite())(path);
    other.exec('BEGIN IMMEDIATE');
    clock.advance(3 * HOUR_MS);
    const receipt = recorder.record(minutes(130, 140));
    await vi.waitFor(() => expect(recorder.health().buffered).toBe(10), PATIENCE);
    other.exec('ROLLBACK');
    other.close();
    expect(await receipt).toMatchObject({ recorded: 10 });
    await vi.waitFor(() => expect(recorder.health().folding).toMatchObject({ state: 'ok', foldedHours: 2 }), PATIENCE);
    expectOnce(await aReader(path), 140);
  }, 30_000);

  it('says that the file is gone and folds on when it is back', async () => {
    const path = aDatabasePath();
    const { recorder, clock } = await aRecorder(path);
    await recorder.record(minutes(0, 130));
    renameSync(path, `${path}.elsewhere`);
    clock.advance(3 * HOUR_MS);
    await vi.waitFor(() => {
      expect(recorder.health().folding).toMatchObject({ state: 'failing', error: { code: 'db_missing' } });
    }, PATIENCE);
    renameSync(`${path}.elsewhere`, path);
    await vi.waitFor(() => expect(recorder.health().folding).toMatchObject({ state: 'ok', foldedHours: 2 }), PATIENCE);
    expectOnce(await aReader(path), 130);
  }, 30_000);

  it('tells how it fares', async () => {
    const { recorder, clock } = await aRecorder(aDatabasePath());
    expect(recorder.health().folding).toEqual({
      state: 'ok',
      error: null,
      behindHours: 0,
      foldedHours: 0,
      foldedRows: 0,
      tookMs: 0,
      longestCallMs: 0,
    });
    await recorder.record(minutes(0, 60));
    clock.advance(2 * HOUR_MS);
    await vi.waitFor(() => expect(recorder.health().folding.foldedHours).toBe(1), PATIENCE);
    const { foldedRows, behindHours, tookMs, longestCallMs } = recorder.health().folding;
    expect([foldedRows, behindHours]).toEqual([60, 0]);
    expect(longestCallMs).toBeGreaterThan(0);
    expect(tookMs).toBeGreaterThanOrEqual(longestCallMs);
  }, 30_000);

  it('does an hour again when the disk was full at any of its pieces', async () => {
    const database = await aDatabase();
    const now = NOON + 4 * HOUR_MS;
    const writer = new Writer(database, NOON);
    const many = Array.from({ length: 40 }, (_, index) => `m${index}`);
    writer.sync(
      many.map((id) => aMonitor({ id })),
      [],
      NOON,
    );
    const results = many.flatMap((id) => minutes(0, 180).map((result) => Object.assign(result, { monitor: id })));
    writer.flush({ batches: [results], now: NOON });
    const pages = (): number => Number(database.prepare('SELECT page_count FROM pragma_page_count').pluck().get());
    const thrown: unknown[] = [];
    const work = (most: number): boolean => {
      database.exec(`PRAGMA max_page_count = ${most}`);
      return writer.upkeep({ now, monotonic: 0, forMs: 0 }).busy;
    };
    for (let busy = true; busy;) {
      try {
        // No page more than there are.
        busy = work(pages());
      } catch (error) {
        thrown.push(error);
        busy = work(1_000_000);
      }
    }
    expect(new Set(thrown.map((error) => error instanceof AppError && error.code))).toEqual(new Set(['db_full']));
    expect(foldedUntilOf(database)).toBe(hourOf(NOON) + 3);
    const { kept, expected } = storedRollups(database);
    expect(kept).toEqual(expected);
    expect(storedResults(database)).toHaveLength(results.length);
  }, 30_000);

  it('records in memory while a real disk is full, and writes and folds all of it once there is room', async (context) => {
    const path = join(dirname(aDatabasePath()), 'small', 'longwatch.db');
    mkdirSync(dirname(path));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dirname(path)]);
    if (mounted.status !== 0) return context.skip('a small disk can only be mounted by root');
    onTestFinished(() => {
      spawnSync('umount', ['--lazy', dirname(path)]);
    });
    const { recorder, clock } = await aRecorder(path);
    await recorder.record(minutes(0, 60));
    const ballast = join(dirname(path), 'ballast');
    fillUp(ballast);
    clock.advance(65 * MINUTE);
    const receipts = Array.from({ length: 40 }, (_, index) =>
      recorder.record(minutes(60 + index * 60, 120 + index * 60)),
    );
    await vi.waitFor(() => {
      expect(recorder.health()).toMatchObject({ state: 'failing', error: { code: 'db_full' } });
    }, PATIENCE);
    rmSync(ballast);
    const recorded = await Promise.all(receipts);
    expect(recorded.every((receipt) => receipt.recorded === 60)).toBe(true);
    expect(recorder.health()).toMatchObject({ state: 'ok', lost: 0, buffered: 0 });
    clock.advance(50 * HOUR_MS);
    await vi.waitFor(() => {
      expect(recorder.health().folding).toMatchObject({ state: 'ok', behindHours: 0, foldedHours: 41 });
    }, PATIENCE);
    expectOnce(await aReader(path), 41 * 60);
  }, 60_000);
});

/** Writes a file that takes all the room there is. */
function fillUp(path: string): void {
  for (let size = 3 * 2 ** 20; size >= 512; size = Math.floor(size / 2)) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOSPC') throw thrown;
    }
  }
}
