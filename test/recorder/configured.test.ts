import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { GroupSettings } from '../../src/core/history/objective.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';

const DAY = 86_400_000;

it('keeps what is to be reached and how long history is kept, of monitors and of groups, as configured last', async () => {
  const path = aDatabasePath();
  const clock = new ManualClock();
  const recorder = await openRecorder({ path, clock, logger: pino({ level: 'silent' }) });
  const retention = { results: 7 * DAY, hour: 400 * DAY, day: null };
  const monitors = [
    aMonitor({ id: 'a', group: 'Shop', slo: { target: 99.95, window: 30 * DAY }, retention }),
    aMonitor({ id: 'b', group: 'Office' }),
  ];
  const groups: GroupSettings[] = [
    { name: 'Shop', rule: 'all_down', objective: { target: 99, window: 7 * DAY } },
    { name: 'Office', rule: 'weighted', objective: null },
  ];
  await recorder.syncMonitors(monitors, [], groups);
  const database = await aReader(path);
  const kept = () => [
    database.prepare('SELECT id, slo_target, slo_window_ms, retention FROM monitors ORDER BY id').raw().all(),
    database.prepare('SELECT name, rule, slo_target, slo_window_ms FROM group_settings ORDER BY name').raw().all(),
  ];
  expect(kept()).toEqual([
    [
      ['a', 99.95, 30 * DAY, JSON.stringify(retention)],
      ['b', null, null, null],
    ],
    [
      ['Office', 'weighted', null, null],
      ['Shop', 'all_down', 99, 7 * DAY],
    ],
  ]);
  await recorder.syncMonitors([aMonitor({ id: 'a', group: 'Shop' }), aMonitor({ id: 'b' })], [], groups.slice(1));
  expect(kept()).toEqual([
    [
      ['a', null, null, null],
      ['b', null, null, null],
    ],
    [['Office', 'weighted', null, null]],
  ]);
  await recorder.close();
});
