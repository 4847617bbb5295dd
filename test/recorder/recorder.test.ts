import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { spansOf } from '../../src/core/spans.ts';
import type { Span } from '../../src/core/spans.ts';
import { loadSqlite } from '../../src/db/native.ts';
import type { FlushReport } from '../../src/recorder/flush.ts';
import { openRecorder, type Recorder, type RecorderOptions } from '../../src/recorder/recorder.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';
import { startScript } from '../support/script.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const SCRIPT = join(import.meta.dirname, 'processes', 'record-for-ever.ts');
const at = (second: number, monitor = 'website') => aResult({ monitor, slot: NOON + second * 1000, interval: 1000 });
const nothing = { recorded: 0, duplicates: 0, ignored: 0, lost: 0 };

async function aRecorder(options: Partial<RecorderOptions> = {}): Promise<{ recorder: Recorder; path: string }> {
  const path = options.path ?? aDatabasePath();
  const logger = pino({ level: 'silent' });
  const recorder = await openRecorder({ path, clock: new ManualClock(NOON), logger, ...options });
  onTestFinished(() => recorder.close());
  await recorder.syncMonitors([aMonitor(), aMonitor({ id: 'other' })]);
  return { recorder, path };
}

describe('openRecorder', () => {
  it('resolves a record only when it is committed, and tells what became of each', async () => {
    const { recorder, path } = await aRecorder();
    const reader = await aReader(path);
    expect(await recorder.record([at(0), at(1), at(1)])).toEqual({ ...nothing, recorded: 2, duplicates: 1 });
    expect(reader.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(2);
    expect(await recorder.record([at(2, 'stranger')])).toEqual({ ...nothing, ignored: 1 });
    expect(await recorder.record([])).toEqual(nothing);
  });

  it('gathers the results of many callers into few transactions', async () => {
    const reports: FlushReport[] = [];
    const { recorder } = await aRecorder({ onFlush: (report) => reports.push(report) });
    const receipts = await Promise.all(Array.from({ length: 300 }, (_, second) => recorder.record([at(second)])));
    expect(receipts.every(({ recorded }) => recorded === 1)).toBe(true);
    expect(reports.length).toBeLessThanOrEqual(2);
    expect(reports.flatMap(({ transitions }) => transitions)).toEqual([
      { monitor: 'website', at: NOON, from: 'unknown', to: 'up', reason: null },
    ]);
  });

  it('writes what may decide something without waiting for company', async () => {
    const { recorder } = await aRecorder({ limits: { waitMs: 60_000, urgentWaitMs: 1 } });
    const down = { status: 'down', reason: 'conn_refused' } as const;
    let done = 0;
    const ordinary = recorder.record([at(0)]).then(() => (done += 1));
    expect(await recorder.record([{ ...at(1), ...down }])).toMatchObject({ recorded: 1 });
    await ordinary;
    const second = recorder.record([{ ...at(2), ...down }]).then(() => (done += 1));
    expect(done).toBe(1);
    expect(await recorder.record([at(3)])).toMatchObject({ recorded: 1 });
    await second;
    const third = recorder.record([at(4)]);
    expect(await recorder.record([{ ...at(5), ...down, attempt: 2 }])).toMatchObject({ recorded: 1 });
    expect(await third).toMatchObject({ recorded: 1 });
  });

  it('hands on which checks are asked for and that there is something to tell, also after a restart', async () => {
    const orders: unknown[] = [];
    let events = 0;
    const options = { onOrders: (news: readonly unknown[]) => orders.push(...news), onEvents: () => (events += 1) };
    const { recorder, path } = await aRecorder(options);
    await recorder.syncMonitors([aMonitor({ retries: 1, retry_interval: 1000 }), aMonitor({ id: 'other' })]);
    const down = { status: 'down', reason: 'conn_refused' } as const;
    expect(recorder.openingOrders).toEqual([]);
    await recorder.record([{ ...at(0), ...down }]);
    expect(orders.splice(0)).toMatchObject([
      { monitor: 'website', recheck: { attempt: 2, avoid: 'local' }, down: false },
    ]);
    expect(events).toBe(0);
    await recorder.record([{ ...at(0, 'other'), ...down }]);
    expect(orders.splice(0)).toEqual([{ monitor: 'other', recheck: null, down: true }]);
    expect(events).toBe(1);
    await recorder.close();

    const again = await aRecorder({ ...options, path });
    expect(again.recorder.openingOrders).toMatchObject([
      { monitor: 'website', recheck: { attempt: 2 }, down: false },
      { monitor: 'other', recheck: null, down: true },
    ]);
    expect([orders, events]).toEqual([[], 1]);
    await again.recorder.syncMonitors([aMonitor({ retries: 1 })]);
    expect(events).toBe(2);
  });

  it('writes what waits when it is closed, empties the WAL, and takes nothing in any more', async () => {
    const { recorder, path } = await aRecorder({ limits: { waitMs: 60_000 } });
    const receipt = recorder.record([at(0)]);
    await recorder.close();
    expect(await receipt).toEqual({ ...nothing, recorded: 1 });
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    expect(await recorder.record([at(1)])).toEqual({ ...nothing, lost: 1 });
  });

  it('refuses a database another recorder uses, and opens it once that is closed', async () => {
    const { recorder, path } = await aRecorder();
    await expect(aRecorder({ path })).rejects.toMatchObject({ code: 'db_in_use', exitStatus: 4 });
    await recorder.close();
    const second = await aRecorder({ path });
    expect(await second.recorder.record([at(0)])).toMatchObject({ recorded: 1 });
  });

  it('keeps results in memory while the file is gone, and writes them when it is back', async () => {
    const { recorder, path } = await aRecorder({ limits: { waitMs: 5, retryMs: [20, 50] } });
    await recorder.record([at(0)]);
    renameSync(path, `${path}.elsewhere`);
    const waiting = [recorder.record([at(1)]), recorder.record([at(2), at(2)])];
    await vi.waitFor(() => expect(recorder.health()).toMatchObject({ state: 'failing', buffered: 3 }));
    expect(recorder.health().error).toMatchObject({ code: 'db_missing' });
    renameSync(`${path}.elsewhere`, path);
    expect(await Promise.all(waiting)).toEqual([
      { ...nothing, recorded: 1 },
      { ...nothing, recorded: 1, duplicates: 1 },
    ]);
    expect(recorder.health()).toMatchObject({ state: 'ok', error: null, buffered: 0, lost: 0 });
  });

  it('gives the oldest up when memory is full, says so, and goes on', async () => {
    const { recorder, path } = await aRecorder({
      limits: { waitMs: 5, retryMs: [20, 50], bufferRows: 4, mostRows: 2 },
    });
    renameSync(path, `${path}.elsewhere`);
    const receipts = [0, 1, 2, 3, 4, 5].map((second) => recorder.record([at(second)]));
    await vi.waitFor(() => expect(recorder.health()).toMatchObject({ state: 'failing', lost: 2 }));
    renameSync(`${path}.elsewhere`, path);
    const lost = (await Promise.all(receipts)).map((receipt) => receipt.lost);
    expect(lost.reduce((sum, each) => sum + each, 0)).toBe(2);
    expect(await recorder.record([at(9)])).toMatchObject({ recorded: 1 });
    const reader = await aReader(path);
    expect(reader.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(5);
  });

  it('closes with a database that cannot be written, and tells the callers what was lost', async () => {
    const { recorder, path } = await aRecorder({ limits: { waitMs: 5, retryMs: [20, 50] }, closeDeadlineMs: 300 });
    renameSync(path, `${path}.elsewhere`);
    const receipt = recorder.record([at(0)]);
    await recorder.close();
    expect(await receipt).toEqual({ ...nothing, lost: 1 });
  });

  it('waits for another program that holds the file locked', async () => {
    const { recorder, path } = await aRecorder({ limits: { waitMs: 5 } });
    const other = new (await loadSqlite())(path);
    other.exec('BEGIN IMMEDIATE');
    const receipt = recorder.record([at(0)]);
    await vi.waitFor(() => expect(recorder.health().buffered).toBe(1));
    other.exec('ROLLBACK');
    other.close();
    expect(await receipt).toMatchObject({ recorded: 1 });
  });

  it('has everything it acknowledged after kill -9, again and again, and calls the time between unknown', async () => {
    const path = aDatabasePath();
    let first = 0;
    const acknowledged: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const child = startScript(SCRIPT, [path, String(first)]);
      const slots: number[] = [];
      await new Promise<void>((resolve) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          slots.push(...chunk.toString().trim().split('\n').map(Number));
          if (slots.length >= 20 + round * 7) child.kill('SIGKILL');
        });
        child.once('close', () => resolve());
      });
      acknowledged.push(...slots);
      first = Math.max(...slots) + 100_000;
    }
    const { recorder } = await aRecorder({ path, clock: systemClock });
    const reader = await aReader(path);
    const rows = reader.prepare<[], { slot: number; status: 'up' | 'down' }>('SELECT slot, status FROM journal').all();
    const kept = new Set(rows.map(({ slot }) => slot));
    expect(acknowledged.filter((slot) => !kept.has(slot))).toEqual([]);
    const spans = reader.prepare<[], Span>('SELECT start, status, reason FROM spans ORDER BY start').all();
    const verdicts = rows.map(({ slot, status }) => {
      return { slot, status, interval: 1000, reason: status === 'down' ? ('timeout_wait' as const) : null };
    });
    expect(spans).toEqual(spansOf(verdicts));
    expect(spans.filter(({ status }) => status === 'unknown')).toHaveLength(3);
    // Each change in the one transaction with its event.
    const told = reader
      .prepare<[], { kind: string; slot: number }>(
        `SELECT kind, coalesce(json_extract(data, '$.until'), json_extract(data, '$.since')) AS slot
         FROM outbox ORDER BY seq`,
      )
      .all();
    const changes = verdicts
      .filter(({ status }, index) => index > 0 && status !== verdicts[index - 1]?.status)
      .map(({ status, slot }) => ({ kind: status, slot }));
    expect(told.length).toBeGreaterThan(10);
    expect(told).toEqual(
      verdicts[0]?.status === 'down' ? [{ kind: 'down', slot: verdicts[0].slot }, ...changes] : changes,
    );
    expect(reader.pragma('integrity_check', { simple: true })).toBe('ok');
    await recorder.close();
  }, 60_000);
});
