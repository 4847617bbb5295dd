import { renameSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PushMonitor } from '../../src/core/monitor/push.ts';
import type { IncomingReport, ReportFate } from '../../src/core/push-report.ts';
import { timePerStatus } from '../../src/core/uptime.ts';
import { PushWatch } from '../../src/push/push-watch.ts';
import { openHistoryFile, type HistoryFile } from '../../src/query/history-file.ts';
import { openRecorder, type Recorder } from '../../src/recorder/recorder.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aPushMonitor } from '../support/push-monitors.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const logger = pino({ level: 'silent' });
const success: IncomingReport = { kind: 'success', exitStatus: null, run: null, runMs: null, message: null, text: '' };
const iso = (second: number): string => new Date(NOON + second * 1000).toISOString();

/** One program's life: a recorder and a watch on a real database, under a clock of the test. */
class Life {
  readonly recorder: Recorder;
  readonly watch: PushWatch;
  readonly clock: ManualClock;
  #isOver = false;

  private constructor(recorder: Recorder, watch: PushWatch, clock: ManualClock) {
    this.recorder = recorder;
    this.watch = watch;
    this.clock = clock;
  }

  static async begin(path: string, clock: ManualClock, monitors: readonly PushMonitor[]): Promise<Life> {
    const recorder = await openRecorder({ path, clock, logger, limits: { waitMs: 1, retryMs: [20, 50] } });
    await recorder.syncMonitors(monitors);
    const memory = await recorder.pushMemory();
    const record = (...what: Parameters<Recorder['record']>) => recorder.record(...what);
    const watch = new PushWatch({ record, memory, clock, logger, location: 'local' });
    const life = new Life(recorder, watch, clock);
    onTestFinished(() => life.end());
    watch.setMonitors(monitors);
    watch.start();
    return life;
  }

  async setMonitors(monitors: readonly PushMonitor[]): Promise<void> {
    await this.recorder.syncMonitors(monitors);
    this.watch.setMonitors(monitors);
  }

  /** Lets seconds pass as they do: the watch looks again and again. */
  async pass(seconds: number, step = 0.5): Promise<void> {
    for (let passed = 0; passed < seconds; passed += step) {
      this.clock.advance(step * 1000);
      this.watch.tick();
    }
    await this.settle();
  }

  /** Waits until everything that was concluded is in the database. */
  async settle(): Promise<void> {
    await this.recorder.record([], { aliveAt: this.clock.now(), states: [], reports: [] });
  }

  report(more: Partial<IncomingReport> = {}, token = 'token-of-the-backup'): Promise<ReportFate> {
    return this.watch.take(token, { ...success, ...more });
  }

  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.watch.close();
    await this.recorder.close();
  }

  /** As after kill -9: what was committed is all that is left, and nobody notes the end. */
  async die(): Promise<void> {
    this.#isOver = true;
    await this.settle();
    clearTimeout((this.watch as unknown as { timer: NodeJS.Timeout }).timer);
    await this.recorder.close();
  }
}

async function aLife(monitors: readonly PushMonitor[] = [aPushMonitor()]) {
  const path = aDatabasePath();
  const clock = new ManualClock(NOON);
  const life = await Life.begin(path, clock, monitors);
  const history = await openHistoryFile(path);
  onTestFinished(() => history.close());
  return { path, clock, life, history };
}

function standing(history: HistoryFile, now: number, id = 'backup') {
  const [monitor] = history.ask('monitor', { id, now }).monitors;
  const { reason = null, duration_ms: duration = null } = monitor?.last ?? {};
  return { status: monitor?.status, since: monitor?.since, reason, duration };
}

/** `[second, status, reason]` of every result, oldest first. */
function told(history: HistoryFile, id = 'backup') {
  const { results } = history.ask('results', { id, limit: 1000 });
  return results.map(({ slot, status, reason }) => [(Date.parse(slot) - NOON) / 1000, status, reason]).toReversed();
}

describe('the watch over jobs that report by themselves', () => {
  it('keeps a report before it is answered, and shows its run time as its duration', async () => {
    const { life, history, clock } = await aLife();
    expect(standing(history, clock.now())).toMatchObject({ status: 'unknown', since: null });
    await life.report({ kind: 'start' });
    await life.pass(4);
    expect(await life.report()).toEqual({ fate: 'taken' });
    expect(standing(history, clock.now())).toEqual({ status: 'up', since: iso(4), reason: null, duration: 4000 });
    const { results } = history.ask('results', { id: 'backup' });
    expect(results).toMatchObject([{ started_at: iso(4), late_ms: 0, duration_ms: 4000, location: 'local' }]);
    const ranges = [{ label: '1h', range: { from: clock.now() - 3_600_000, to: clock.now() + 1 } }];
    const { monitors } = history.ask('latency', { ranges });
    expect(monitors[0]?.windows['1h']).toMatchObject({ count: 1, max_ms: 4000 });
  });

  it('calls a monitor down at the deadline and not before, and again each period', async () => {
    const { life, history, clock } = await aLife();
    await life.report();
    await life.pass(69.5);
    expect(standing(history, clock.now())).toMatchObject({ status: 'up' });
    await life.pass(130.5);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(70), reason: 'push_missing' });
    expect(told(history)).toEqual([
      [0, 'up', null],
      [70, 'down', 'push_missing'],
      [130, 'down', 'push_missing'],
      [190, 'down', 'push_missing'],
    ]);
  });

  it('gives uptime to the millisecond, with reports that come when they like', async () => {
    const { life, history, clock } = await aLife([aPushMonitor({ interval: 600_000, grace: 0 })]);
    await life.pass(100);
    await life.report();
    await life.pass(17);
    await life.report({ kind: 'fail', exitStatus: 3 });
    await life.pass(3);
    await life.report();
    await life.pass(580);
    await life.report();
    await life.pass(300);
    const { monitors } = history.ask('uptime', { windows: [{ label: 'all', length: 1_000_000 }], now: clock.now() });
    expect(monitors[0]?.windows['all']).toMatchObject({
      down_seconds: 3,
      unknown_seconds: 100,
      observed_seconds: 900,
      uptime: 897 / 900,
    });
    expect(history.ask('results', { id: 'backup', status: ['down'] }).results).toMatchObject([
      { reason: 'push_failed', message: 'exit status 3' },
    ]);
  });

  it('never leaves a gap while a job is silent, however irregular its reports were', async () => {
    const { life, history, path, clock } = await aLife([aPushMonitor({ max_runtime: 5000 })]);
    for (const wait of [1, 0, 13.5, 69, 71, 200, 3]) {
      await life.pass(wait);
      await life.report(wait === 13.5 ? { kind: 'start' } : {});
    }
    await life.pass(500);
    const reader = await aReader(path);
    const spans = reader
      .prepare<[], { start: number; status: 'up'; reason: null }>(
        'SELECT start, status, reason FROM spans ORDER BY start',
      )
      .all();
    const window = { from: spans[0]?.start ?? 0, to: clock.now() };
    expect(timePerStatus(spans, window, clock.now()).unknown).toBe(0);
    const slots = told(history).map(([slot]) => slot);
    expect(new Set(slots).size).toBe(slots.length);
    const { results, next_cursor } = history.ask('results', { id: 'backup', limit: 3 });
    const older = history.ask('results', { id: 'backup', limit: 1000, cursor: next_cursor ?? '' });
    expect(results.length + older.results.length).toBe(slots.length);
  });

  it('says when a run goes on for too long, before its deadline', async () => {
    const { life, history, clock } = await aLife([aPushMonitor({ interval: 3_600_000, max_runtime: 5000 })]);
    await life.report();
    await life.pass(10);
    await life.report({ kind: 'start' });
    await life.pass(6);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(15), reason: 'push_overrun' });
    await life.report();
    expect(standing(history, clock.now())).toMatchObject({ status: 'up', since: iso(16), duration: 6000 });
  });

  it('keeps the newest 100 reports of each monitor, with what they said', async () => {
    const { life, path, history } = await aLife([
      aPushMonitor(),
      aPushMonitor({ id: 'other', token: 'token-of-the-other' }),
    ]);
    await life.report({ text: 'first of the other' }, 'token-of-the-other');
    for (let report = 0; report < 130; report += 1) {
      await life.pass(0.5);
      await life.report({ kind: 'log', text: `line ${report} about token-of-the-backup` });
    }
    const reader = await aReader(path);
    const rows = reader.prepare<[], { text: string }>('SELECT monitor, text FROM reports ORDER BY key').all();
    expect(rows).toHaveLength(101);
    expect(rows[0]).toMatchObject({ text: 'first of the other' });
    expect(rows.at(-1)).toMatchObject({ text: 'line 129 about …' });
    const { reports } = history.ask('reports', { id: 'backup' });
    expect([reports.length, reports[0]?.text, reports[99]?.kind]).toEqual([100, rows.at(-1)?.text, 'log']);
    expect(await life.report({}, 'token-of-nobody')).toEqual({ fate: 'unknown_token' });
  });

  it('takes only so many reports at a time, without losing where the job stands', async () => {
    const { life, history, clock } = await aLife();
    const fates = await Promise.all(Array.from({ length: 40 }, () => life.report()));
    const refused = fates.filter(({ fate }) => fate === 'too_many');
    expect(refused).toHaveLength(10);
    expect(refused[0]).toEqual({ fate: 'too_many', retryAfter: 1 });
    expect(standing(history, clock.now())).toMatchObject({ status: 'up' });
    await life.pass(1);
    expect(await life.report({ kind: 'fail' })).toEqual({ fate: 'taken' });
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', reason: 'push_failed' });
  });

  it('answers reports of a monitor that is switched off, and begins anew when it is switched on', async () => {
    const { life, history, clock } = await aLife();
    await life.report();
    await life.setMonitors([aPushMonitor({ enabled: false })]);
    await life.pass(300);
    expect(await life.report({ kind: 'fail' })).toEqual({ fate: 'taken' });
    expect(told(history)).toEqual([[0, 'up', null]]);
    await life.setMonitors([aPushMonitor()]);
    await life.pass(69);
    expect(standing(history, clock.now())).toMatchObject({ status: 'unknown' });
    await life.pass(1);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(370), reason: 'push_missing' });
  });

  it('follows a definition that changes', async () => {
    const { life, history, clock } = await aLife();
    await life.report();
    await life.pass(30);
    await life.setMonitors([aPushMonitor({ interval: 3_600_000, token: 'another-token' })]);
    await life.pass(3570);
    expect(standing(history, clock.now())).toMatchObject({ status: 'up', since: iso(0) });
    expect(await life.report()).toEqual({ fate: 'unknown_token' });
    await life.pass(10);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(3610) });
  });

  it('holds reports in memory while the database cannot be written', async () => {
    const { life, history, path, clock } = await aLife();
    renameSync(path, `${path}.elsewhere`);
    const waiting = life.report();
    await vi.waitFor(() => expect(life.recorder.health().state).toBe('failing'));
    renameSync(`${path}.elsewhere`, path);
    expect(await waiting).toEqual({ fate: 'taken' });
    expect(standing(history, clock.now())).toMatchObject({ status: 'up' });
  });

  it('says so when a report can neither be written nor held', async () => {
    const { life } = await aLife();
    await life.recorder.close();
    expect(await life.report()).toEqual({ fate: 'not_kept' });
  });
});

describe('a restart', () => {
  it('goes on with runs, deadlines and reports as they were', async () => {
    const { life, history, path, clock } = await aLife([aPushMonitor({ interval: 600_000 })]);
    await life.report();
    await life.pass(5);
    await life.report({ kind: 'start' });
    await life.die();
    clock.advance(20_000);
    const again = await Life.begin(path, clock, [aPushMonitor({ interval: 600_000 })]);
    expect(standing(history, clock.now())).toMatchObject({ status: 'up', since: iso(0) });
    await again.report({ kind: 'fail' });
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(25), duration: 20_000 });
    await again.pass(610);
    expect(told(history).at(-1)).toEqual([635, 'down', 'push_missing']);
  });

  it('calls a deadline that passed meanwhile our own fault, until the next one', async () => {
    const { life, history, path, clock } = await aLife();
    await life.report();
    await life.die();
    clock.advance(600_000);
    const again = await Life.begin(path, clock, [aPushMonitor()]);
    await again.settle();
    expect(standing(history, clock.now())).toMatchObject({
      status: 'unknown',
      since: iso(70),
      reason: 'push_unobserved',
    });
    await again.pass(69);
    expect(standing(history, clock.now())).toMatchObject({ status: 'unknown' });
    await again.pass(1);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(670) });
    const { monitors } = history.ask('uptime', { windows: [{ label: 'all', length: 670_000 }], now: clock.now() });
    expect(monitors[0]?.windows['all']).toMatchObject({ down_seconds: 0, unknown_seconds: 600, uptime: 1 });
  });

  it('in time for the deadline holds the job to it', async () => {
    const { life, history, path, clock } = await aLife([aPushMonitor({ interval: 600_000 })]);
    await life.report();
    await life.end();
    clock.advance(30_000);
    const again = await Life.begin(path, clock, [aPushMonitor({ interval: 600_000 })]);
    await again.pass(580);
    expect(standing(history, clock.now())).toMatchObject({ status: 'down', since: iso(610), reason: 'push_missing' });
  });

  it('does not judge a monitor that was away in between by the time before', async () => {
    const { life, history, path, clock } = await aLife();
    await life.report();
    await life.end();
    clock.advance(10_000);
    const without = await Life.begin(path, clock, []);
    await without.pass(30);
    await without.end();
    const again = await Life.begin(path, clock, [aPushMonitor()]);
    await again.pass(69);
    expect(told(history)).toEqual([[0, 'up', null]]);
    await again.pass(1);
    expect(told(history).at(-1)).toEqual([110, 'down', 'push_missing']);
  });

  it('with the clock set back waits for one period from then on', async () => {
    const { life, history, path, clock } = await aLife();
    await life.pass(3600);
    await life.report();
    await life.end();
    clock.setWallClockBy(-3_600_000);
    const again = await Life.begin(path, clock, [aPushMonitor()]);
    await again.pass(69);
    expect(told(history).at(-1)?.slice(1)).toEqual(['up', null]);
    await again.pass(1);
    expect(told(history).at(-1)?.slice(1)).toEqual(['down', 'push_missing']);
  });
});

describe('the clocks', () => {
  it('jumping ahead is time in which nothing could be reported', async () => {
    const { life, history, clock } = await aLife();
    await life.report();
    await life.pass(1);
    clock.setWallClockBy(600_000);
    await life.pass(1);
    expect(standing(history, clock.now())).toMatchObject({
      status: 'unknown',
      since: iso(70),
      reason: 'push_unobserved',
    });
    await life.report();
    expect(standing(history, clock.now())).toMatchObject({ status: 'up' });
  });

  it('running on while this process stands still leaves reports the time to be read', async () => {
    const { life, history, clock } = await aLife();
    await life.report();
    await life.pass(60);
    clock.advance(15_000);
    life.watch.tick();
    await life.report();
    expect(told(history).map(([, status]) => status)).toEqual(['up', 'unknown', 'up']);
  });

  it('follow cron patterns in their time zone through both changes of the clock', async () => {
    const monitor = aPushMonitor({ cron: '30 2 * * *', time_zone: 'Europe/Berlin', interval: 86_400_000 });
    const spring = new ManualClock(Date.parse('2026-03-28T01:31:00Z'));
    const path = aDatabasePath();
    const life = await Life.begin(path, spring, [monitor]);
    const history = await openHistoryFile(path);
    onTestFinished(() => history.close());
    await life.report();
    // 02:30 does not exist on the 29th: it is due at 03:00 there, 01:00 UTC.
    await life.pass(23 * 3600 + 29 * 60 + 9, 1);
    expect(standing(history, spring.now()).status).toBe('up');
    await life.pass(1);
    expect(standing(history, spring.now())).toMatchObject({ status: 'down', since: '2026-03-29T01:00:10.000Z' });
  }, 30_000);
});

it('keeps out of the way of monitors that are probed', async () => {
  const { life, history } = await aLife();
  await life.recorder.syncMonitors([aMonitor(), aPushMonitor()]);
  await life.report();
  expect(history.ask('results', { id: 'website' }).results).toEqual([]);
});
