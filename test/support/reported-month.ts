import type { Monitor } from '../../src/core/monitor/monitor.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Status } from '../../src/core/status.ts';
import type { TimeRange } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { fold } from './folded-history.ts';
import { aMonitor } from './monitors.ts';
import { aResult } from './results.ts';
import { addGroups } from './span-history.ts';

/** A synthetic autumn around October 2026, in whose night to the 25th the clocks of Europe are put back. */
export const NOW = Date.parse('2026-11-05T12:00:00Z');
const BEGINNING = Date.parse('2026-08-31T22:00:00Z');
const MINUTE = 60_000;
const INTERVAL = 30 * MINUTE;

/** A monitor, when it came and went, and what its checks saw. */
export interface Remembered {
  readonly monitor: Monitor;
  readonly created: number;
  readonly removed: number | null;
  readonly results: readonly CheckResult[];
}

const REASONS = { up: null, degraded: 'response_slow', down: 'timeout_wait', unknown: 'missed_late' } as const;

type Stretch = readonly [from: string, to: string, status: Status | 'gap'];

interface Plan {
  readonly monitor: Partial<Monitor> & { readonly id: string; readonly name: string };
  readonly from?: string;
  readonly to?: string;
  /** Past the beginning of its intervals, minutes. */
  readonly offset: number;
  readonly stretches: readonly Stretch[];
}

const PLANS: readonly Plan[] = [
  {
    monitor: { id: 'website', name: 'Website', group: 'Shop', slo: { target: 99.8, window: 30 * 86_400_000 } },
    offset: 3,
    stretches: [
      ['2026-09-11T10:00Z', '2026-09-11T16:00Z', 'down'],
      ['2026-10-07T03:00Z', '2026-10-07T03:40Z', 'down'],
      ['2026-10-24T23:10Z', '2026-10-25T02:20Z', 'degraded'],
    ],
  },
  {
    monitor: { id: 'api', name: 'API <b>"x"</b>', group: 'Shop', tags: { team: 'web' } },
    offset: 0,
    stretches: [
      ['2026-10-03T11:00Z', '2026-10-03T12:00Z', 'down'],
      ['2026-10-03T12:00Z', '2026-10-03T13:00Z', 'degraded'],
      ['2026-10-03T13:00Z', '2026-10-03T13:30Z', 'down'],
      ['2026-10-16T21:00Z', '2026-10-17T03:00Z', 'unknown'],
      ['2026-10-25T00:20Z', '2026-10-25T01:50Z', 'down'],
    ],
  },
  // Down at both ends of the month.
  {
    monitor: { id: 'night', name: 'Night job', slo: { target: 99, window: 7 * 86_400_000 } },
    offset: 7,
    stretches: [
      ['2026-09-28T22:10Z', '2026-10-02T06:00Z', 'down'],
      ['2026-10-30T20:00Z', '2026-11-01T10:00Z', 'down'],
    ],
  },
  // Nothing was measured for half a day, and it was down when that began.
  {
    monitor: { id: 'gap', name: 'فجوة', group: 'Ämter' },
    offset: 11,
    stretches: [
      ['2026-10-24T19:00Z', '2026-10-24T20:00Z', 'down'],
      ['2026-10-24T20:00Z', '2026-10-25T08:00Z', 'gap'],
    ],
  },
  { monitor: { id: 'late', name: '=Late', group: 'Shop' }, from: '2026-10-12T09:30Z', offset: 0, stretches: [] },
  { monitor: { id: 'gone', name: 'Gone' }, to: '2026-10-20T16:00Z', offset: 5, stretches: [] },
  { monitor: { id: 'future', name: 'Future' }, from: '2026-11-03T00:00Z', offset: 0, stretches: [] },
  { monitor: { id: 'idle', name: 'Idle' }, to: '2026-08-31T22:00Z', offset: 0, stretches: [] },
  { monitor: { id: 'long-gone', name: 'Long gone' }, to: '2026-09-20T00:00Z', offset: 0, stretches: [] },
];

/** What happened, monitor by monitor. */
export const REMEMBERED: readonly Remembered[] = PLANS.map(remembered);

/** Writes it all into an empty database. Hours before `seam` (since the epoch) are folded. */
export function writeReportedMonth(database: Database, seam = 0): void {
  const writer = new Writer(database, NOW);
  const moments = new Set(REMEMBERED.flatMap(({ created, removed }) => [created, removed ?? created]));
  for (const moment of [...moments].sort((one, other) => one - other)) {
    const there = REMEMBERED.filter(({ created, removed }) => created <= moment && (removed ?? Infinity) > moment);
    writer.sync(there.map(({ monitor }) => monitor), [], moment); // prettier-ignore
  }
  const results = REMEMBERED.flatMap(({ results }) => results).sort((one, other) => one.slot - other.slot);
  for (let from = 0; from < results.length; from += 2000) {
    writer.flush({ batches: [results.slice(from, from + 2000)], now: NOW });
  }
  writer.finish(NOW);
  addGroups(database, [{ name: 'Shop', rule: 'any_down', objective: { target: 99, window: 30 * 86_400_000 } }]);
  if (seam > 0) fold(database, seam);
}

/** Of an outage the end; of an outage all; of a gap a part, and all of the month. */
const MAINTENANCE: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  api: [
    ['2026-09-14T11:00Z', '2026-09-14T12:00Z'],
    ['2026-10-03T11:20Z', '2026-10-03T12:10Z'],
    ['2026-10-03T11:40Z', '2026-10-03T12:20Z'],
  ],
  website: [['2026-10-07T02:00Z', '2026-10-07T05:00Z']],
  gap: [['2026-10-24T19:30Z', '2026-10-25T03:00Z']],
  idle: [['2026-09-30T00:00Z', '2026-11-02T00:00Z']],
};

/** When a monitor was in maintenance, where {@link addMaintenance} was asked for. */
export function maintenanceOf(id: string): readonly TimeRange[] {
  return (MAINTENANCE[id] ?? []).map(([from, to]) => ({ from: Date.parse(from), to: Date.parse(to) }));
}

/** Adds to the month that some monitors were in maintenance now and then. */
export function addMaintenance(database: Database): void {
  const add = database.prepare(`
    INSERT INTO maintenance_periods (monitor, start, "end", plan, name)
    SELECT key, ?, ?, 'patches', 'Patches' FROM monitors WHERE id = ?`);
  for (const id of Object.keys(MAINTENANCE)) for (const { from, to } of maintenanceOf(id)) add.run(from, to, id);
}

function remembered({ monitor, from, to, offset, stretches }: Plan): Remembered {
  const created = from === undefined ? BEGINNING : Date.parse(from);
  const removed = to === undefined ? null : Date.parse(to);
  const results: CheckResult[] = [];
  const random = randomFrom(offset + created / MINUTE);
  for (let slot = created + offset * MINUTE; slot < (removed ?? NOW); slot += INTERVAL) {
    const status = stretches.find(([begin, end]) => slot >= Date.parse(begin) && slot < Date.parse(end))?.[2] ?? 'up';
    if (status !== 'gap') results.push(resultOf(monitor.id, slot, status, random()));
  }
  const full = aMonitor({ interval: INTERVAL, ...monitor } as Parameters<typeof aMonitor>[0]);
  // One that was never checked is still configured.
  return { monitor: full, created, removed: results.length === 0 ? null : removed, results };
}

function resultOf(monitor: string, slot: number, status: Status, random: number): CheckResult {
  const durationMs = Math.round((40 + 200 * random ** 4 + (status === 'degraded' ? 900 : 0)) * 10) / 10;
  const begun = status !== 'unknown';
  return aResult({
    monitor,
    slot,
    status,
    interval: INTERVAL,
    reason: REASONS[status],
    durationMs: begun ? durationMs : null,
    startedAt: begun ? slot + 2 : null,
  });
}

function randomFrom(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
