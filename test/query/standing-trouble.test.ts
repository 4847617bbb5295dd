import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/core/outcome.ts';
import type { Status } from '../../src/core/status.ts';
import type { Database } from '../../src/db/native.ts';
import { askMonitor, askMonitors, type MonitorAnswer } from '../../src/query/monitors.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { memoryDatabases } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';
import { addMaintenance, addTroubled, NOON } from '../support/trouble-history.ts';

const MINUTE = 60_000;
const SECOND = 1000;
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

const at = (ms: number, status: Status, more: Partial<CheckResult> = {}) =>
  aResult({ slot: NOON + ms, status, reason: status === 'down' ? 'timeout_wait' : null, ...more });

/** How a monitor with two retries stands after results, asked by itself and with all. */
function standing(results: readonly CheckResult[], { finish = false } = {}): MonitorAnswer | undefined {
  const database = open();
  const writer = new Writer(database, NOON);
  writer.sync([aMonitor({ retries: 2, retry_interval: 5 * SECOND })], [], NOON);
  for (const result of results) writer.flush({ batches: [[result]], now: NOON + 2 * MINUTE });
  if (finish) writer.finish(NOON + 2 * MINUTE);
  const now = NOON + 90 * SECOND;
  const [one] = askMonitor(database, { id: 'website', now }).monitors;
  expect(askMonitors(database, { now }).monitors).toEqual([one]);
  return one;
}

describe.each([{ finish: false }, { finish: true }])('how a monitor stands, heads saved: $finish', ({ finish }) => {
  it('says that a failure is being confirmed, and stays up until it is', () => {
    const results = [at(0, 'up'), at(MINUTE, 'down'), at(MINUTE + 5 * SECOND, 'down', { attempt: 2 })];
    expect(standing(results, { finish })).toMatchObject({
      status: 'up',
      confirming: true,
      incident: null,
      last: { ok: false, reason: 'timeout_wait', slot: new Date(NOON + 65 * SECOND).toISOString() },
    });
  });

  it('names the incident once the failure is confirmed', () => {
    const failures = [0, 5, 10].map((seconds, index) => at(MINUTE + seconds * SECOND, 'down', { attempt: index + 1 }));
    expect(standing([at(0, 'up'), ...failures], { finish })).toMatchObject({
      status: 'down',
      confirming: false,
      incident: 1,
      last: { ok: false },
    });
  });

  it('forgets a failure that was not confirmed', () => {
    const results = [at(0, 'up'), at(MINUTE, 'down'), at(MINUTE + 5 * SECOND, 'up', { attempt: 2 })];
    expect(standing(results, { finish })).toMatchObject({ status: 'up', confirming: false, last: { ok: true, reason: null } }); // prettier-ignore
  });

  it('takes the worst of what several locations saw last', () => {
    const results = [at(0, 'up'), at(MINUTE, 'down', { location: 'a' }), at(MINUTE, 'up', { location: 'b' })];
    expect(standing(results, { finish })).toMatchObject({ confirming: true, last: { ok: false } });
  });
});

describe('how a monitor stands', () => {
  it('says that it flaps, and that it is in maintenance and until when', () => {
    const database = open();
    const machine = { failures: null, successes: null, degraded: null, settled: 'up', changes: [1], flapping: true };
    addTroubled(database, [{ id: 'shop', group: 'Web', machine }, { id: 'api' }]);
    addMaintenance(database, { id: 'one', name: 'Short', end: NOON + MINUTE });
    const groups = '{"monitors":[],"groups":["Web"],"tags":{}}';
    addMaintenance(database, { id: 'two', name: 'Long', for: groups });
    const until = (ms: number) => new Date(NOON + ms).toISOString();
    expect(askMonitors(database, { now: NOON }).monitors).toMatchObject([
      { id: 'shop', flapping: true, confirming: false, maintenance: { name: 'Long', until: until(30 * MINUTE) } },
      { id: 'api', flapping: false, maintenance: { name: 'Short', until: until(MINUTE) } },
    ]);
  });
});
