import { pino, type Logger } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Readiness } from '../../src/api/health.ts';
import type { Channel } from '../../src/core/channel/channel.ts';
import { systemClock, type Clock } from '../../src/core/clock.ts';
import { usualPolicy } from '../../src/core/notify/policy.ts';
import type { ReportPlan } from '../../src/core/notify/settings.ts';
import { acknowledgeToken } from '../../src/core/trouble/acknowledge-token.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openReader } from '../../src/query/reader.ts';
import { openEmbeddedTransport } from '../../src/queue/embedded-transport.ts';
import { openRecorder, type Recorder } from '../../src/recorder/recorder.ts';
import { Closers } from '../../src/roles/closers.ts';
import { openNotifying, type Notifying, type NotifyingSettings } from '../../src/roles/notifying.ts';
import { readinessOf, whatIsNotWell } from '../../src/roles/readiness.ts';
import { webhookTo } from '../notifier/given-notifications.ts';
import { startSink, type Sink } from '../notifier/sink.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const silent = pino({ level: 'silent' });
const SECRET = 'a secret of sixteen characters';
const PATIENT = { timeout: 10_000, interval: 20 };

function settingsWith(channels: readonly Channel[], reports: readonly ReportPlan[] = []): NotifyingSettings {
  const ids = channels.map(({ id }) => id);
  const notify = {
    channels: channels.map(({ id, type }) => ({ id, type })),
    policies: [{ ...usualPolicy(ids), storm: null }],
    maintenance: [],
    reports,
  };
  const server = { listen: { host: '127.0.0.1', port: 0 }, publicUrl: 'https://watch.example', apiToken: null };
  const network = { allow_private: true, deny: [], allow: [], resolver: null, references: null, mass_failure: null };
  return { channels, notify, monitors: [aMonitor()], secrets: [], network, server: { ...server, heartbeat: null } };
}

interface Server {
  readonly recorder: Recorder;
  readonly notifying: Notifying;
  readonly readiness: Readiness;
  configure(settings: NotifyingSettings): Promise<void>;
  close(): Promise<void>;
}

interface ServerParts {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly change?: (recorder: Recorder) => Recorder;
}

async function aServer(
  path: string,
  settings: NotifyingSettings,
  { clock = systemClock, logger = silent, change }: ServerParts = {},
): Promise<Server> {
  const closers = new Closers(logger);
  const opened: { notifying?: Notifying } = {};
  const onEvents = (): void => opened.notifying?.wake();
  const real = await openRecorder({ path, clock, logger, onEvents });
  closers.push('recorder', () => real.close());
  const recorder = change?.(real) ?? real;
  const reader = await openReader(path);
  closers.push('reader', () => reader.close());
  const transport = openEmbeddedTransport({ logger, clock });
  closers.push('queue', () => transport.close());
  const recheck = (): void => undefined;
  const deps = { settings, recorder, reader, queues: { transport }, secret: SECRET, recheck, clock, logger, closers };
  const notifying = openNotifying(deps);
  opened.notifying = notifying;
  const configure = async (next: NotifyingSettings): Promise<void> => {
    await real.syncMonitors(next.monitors, [], [], next.notify);
    notifying.configure(next);
  };
  await configure(settings);
  notifying.start();
  const close = (): Promise<void> => closers.closeAll();
  onTestFinished(close);
  const others = {
    queues: { describe: () => Promise.resolve('embedded') },
    scheduler: { state: { monitors: 1, lastTick: clock.monotonic(), enqueued: 0, missed: {}, clockJumps: 0 } },
  };
  const readiness = readinessOf({ ...others, recorder: real, reader, notifying, clock });
  return { recorder: real, notifying, readiness, configure, close };
}

async function aSink(): Promise<Sink> {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  return sink;
}

let lastSlot = 0;

function seen(status: 'up' | 'down'): ReturnType<typeof aResult> {
  lastSlot = Math.max(lastSlot + 1000, Date.now() - 60_000);
  const reason = status === 'down' ? 'conn_refused' : null;
  return aResult({ status, reason, slot: lastSlot, interval: 1000, statusCode: status === 'down' ? null : 200 });
}

function bodiesAt(sink: Sink, channel: string): Record<string, unknown>[] {
  return sink.received(channel).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

describe('the notifier of a server', () => {
  it('tells a channel that a monitor is down and up again, with links that only this server can make', async () => {
    const sink = await aSink();
    const { recorder } = await aServer(aDatabasePath(), settingsWith([webhookTo('ops', sink.urlOf('ops'))]));
    await recorder.record([seen('up'), seen('down')]);
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(1), PATIENT);
    await recorder.record([seen('up')]);
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(2), PATIENT);
    const incident = 'https://watch.example/incidents/1';
    const [down, up] = bodiesAt(sink, 'ops');
    const acknowledge = `${incident}/acknowledge?token=${acknowledgeToken(SECRET, 1)}`;
    expect(down).toMatchObject({ type: 'down', incident: 1, links: { incident, acknowledge } });
    expect(up).toMatchObject({ type: 'up', incident: 1, links: { incident, acknowledge: null } });
  });

  it('sends the same message again, under the same id, when it ended between sending and writing that down', async () => {
    const sink = await aSink();
    const path = aDatabasePath();
    const settings = settingsWith([webhookTo('ops', sink.urlOf('ops'))]);
    const never = (real: Recorder): Recorder => ({ ...real, settle: () => new Promise(() => undefined) });
    const first = await aServer(path, settings, { change: never });
    await first.recorder.record([seen('up'), seen('down')]);
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(1), PATIENT);
    await first.close();
    await aServer(path, settings);
    await vi.waitFor(() => expect(sink.received('ops')).toHaveLength(2), PATIENT);
    const ids = sink.received('ops').map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    const database = await aReader(path);
    const states = database.prepare('SELECT state FROM notifications').pluck();
    await vi.waitFor(() => expect(states.all()).toEqual(['delivered']), PATIENT);
  });

  it('tells other channels while one hangs', async () => {
    const sink = await aSink();
    sink.answer('slow', 'hang');
    const channels = ['slow', 'ops'].map((id) => webhookTo(id, sink.urlOf(id)));
    const { recorder } = await aServer(aDatabasePath(), settingsWith(channels));
    for (let round = 1; round <= 4; round += 1) {
      await recorder.record([seen('up'), seen('down')]);
      await vi.waitFor(
        () => expect(bodiesAt(sink, 'ops').filter(({ type }) => type === 'down')).toHaveLength(round),
        PATIENT,
      );
    }
    expect(sink.received('slow').length).toBeGreaterThan(0);
  });

  it('tries again what was not taken', async () => {
    const sink = await aSink();
    const clock = new ManualClock(Date.now());
    sink.answer('ops', { status: 429, retryAfter: 30 });
    const path = aDatabasePath();
    const { recorder } = await aServer(path, settingsWith([webhookTo('ops', sink.urlOf('ops'))]), { clock });
    await recorder.record([seen('up'), seen('down')]);
    const database = await aReader(path);
    const due = database.prepare("SELECT due_at FROM notifications WHERE why = 'retry'").pluck();
    await vi.waitFor(() => expect(due.get()).toBe(clock.now() + 30_000), PATIENT);
    sink.answer('ops', { status: 200 });
    clock.advance(30_000);
    await vi.waitFor(() => expect(bodiesAt(sink, 'ops').map(({ attempt }) => attempt)).toEqual([1, 2]), PATIENT);
  });

  it('sends through new channels, and no more through those that are gone, from the moment they are configured', async () => {
    const sink = await aSink();
    const server = await aServer(aDatabasePath(), settingsWith([webhookTo('ops', sink.urlOf('ops'))]));
    await server.configure(settingsWith([webhookTo('chat', sink.urlOf('chat'))]));
    await server.recorder.record([seen('up'), seen('down')]);
    await vi.waitFor(() => expect(sink.received('chat')).toHaveLength(1), PATIENT);
    expect(sink.received('ops')).toEqual([]);
  });

  it('sends a test message at once and notes what was answered', async () => {
    const sink = await aSink();
    sink.answer('ops', { status: 503 });
    const path = aDatabasePath();
    const { notifying } = await aServer(path, settingsWith([webhookTo('ops', sink.urlOf('ops'))]));
    expect(await notifying.test('ops')).toMatchObject({ outcome: 'failed', statusCode: 503 });
    await expect(notifying.test('opps')).rejects.toMatchObject({ code: 'not_found', hint: 'Did you mean "ops"?' });
    const database = await aReader(path);
    const rows = database.prepare(
      'SELECT n.kind, n.state, d.status_code FROM notifications n JOIN deliveries d ON d.notification = n.key',
    );
    expect(rows.all()).toEqual([{ kind: 'test', state: 'dead', status_code: 503 }]);
  });

  it('sends the report of a day once, also after a restart', async () => {
    const sink = await aSink();
    const path = aDatabasePath();
    const eight = Date.UTC(2026, 10, 24, 8);
    const clock = new ManualClock(eight - 3_600_000);
    const every: ReportPlan = {
      id: 'daily',
      for: { monitors: [], groups: [], tags: {} },
      every: 'day',
      at: 480,
      zone: 'UTC',
      tell: ['ops'],
    };
    const settings = settingsWith([webhookTo('ops', sink.urlOf('ops'))], [every]);
    const noon = Date.UTC(2026, 10, 23, 12);
    const first = await aServer(path, { ...settings, notify: { ...settings.notify, reports: [] } }, { clock });
    await first.recorder.record([aResult({ slot: noon }), aResult({ slot: noon + 60_000 })]);
    await first.close();
    clock.advance(3_600_000);
    for (let start = 0; start < 2; start += 1) {
      const server = await aServer(path, settings, { clock });
      await vi.waitFor(() => expect(sink.received('ops').length).toBeGreaterThan(0), PATIENT);
      await server.close();
    }
    const [report, ...others] = bodiesAt(sink, 'ops');
    expect(others).toEqual([]);
    expect(report).toMatchObject({ type: 'report', report: { title: 'Availability, Monday, 23 November 2026' } });
  });
});

/** A logger and what it was told from `info` up, as `level: text`. */
function aLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string): void => {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    lines.push(`${level}: ${msg}`);
  };
  const formatters = { level: (level: string) => ({ level }) };
  return { logger: pino({ level: 'info', formatters }, { write }), lines };
}

describe('whether people can be told', () => {
  const about = (lines: readonly string[], words: RegExp): string[] => lines.filter((line) => words.test(line));

  it.each([
    ['planned', 'notifications', 'messages cannot be planned', 'messages are planned again'],
    [
      'noted as sent',
      'deliveries',
      'what became of messages cannot be written down',
      'what became of messages is written down again',
    ],
  ])('is denied while messages cannot be %s for half a minute', async (_what, table, trouble, end) => {
    const sink = await aSink();
    const clock = new ManualClock(Date.now());
    const path = aDatabasePath();
    const { logger, lines } = aLog();
    const settings = settingsWith([webhookTo('ops', sink.urlOf('ops'))]);
    const { recorder, readiness } = await aServer(path, settings, { clock, logger });
    expect(await readiness.notifications()).toEqual({ ok: true, detail: '0 waiting, 0 under way, 0 delivered' });
    const database = new (await loadSqlite())(path);
    onTestFinished(() => void database.close());
    database.exec(`CREATE TRIGGER stop BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    await recorder.record([seen('up'), seen('down')]);
    await vi.waitFor(
      () => expect(about(lines, /warn/)).toEqual([expect.stringMatching(`warn: ${trouble}: `)]),
      PATIENT,
    );
    expect(await readiness.notifications()).toMatchObject({ ok: true });
    expect(await whatIsNotWell(readiness)).toBe('');
    clock.advance(45_000);
    await vi.waitFor(async () => expect(await readiness.notifications()).toMatchObject({ ok: false }), PATIENT);
    const { detail } = await readiness.notifications();
    expect(detail).toMatch(new RegExp(`^${trouble} since 45 s: .*no room`));
    expect(await whatIsNotWell(readiness)).toContain(`notifications: ${detail}`);
    expect(about(lines, /^error/)).toEqual([expect.stringContaining(`error: ${trouble} since 45 s: `)]);
    database.exec('DROP TRIGGER stop');
    clock.advance(1000);
    await vi.waitFor(() => expect(about(lines, / again$/)).toEqual([`info: ${end}`]), PATIENT);
    await vi.waitFor(
      async () =>
        expect(await readiness.notifications()).toEqual({ ok: true, detail: '0 waiting, 0 under way, 1 delivered' }),
      PATIENT,
    );
    expect(about(lines, /^error/)).toHaveLength(1);
  });

  it('is not denied because a channel fails, nor where there is none to tell anybody through', async () => {
    const sink = await aSink();
    sink.answer('ops', { status: 503 });
    const server = await aServer(aDatabasePath(), settingsWith([webhookTo('ops', sink.urlOf('ops'))]));
    await server.recorder.record([seen('up'), seen('down')]);
    await vi.waitFor(() => expect(sink.received('ops').length).toBeGreaterThan(0), PATIENT);
    expect(await server.readiness.notifications()).toMatchObject({ ok: true });
    await server.configure(settingsWith([]));
    expect(await server.readiness.notifications()).toEqual({ ok: true, detail: 'no channels' });
  });
});
