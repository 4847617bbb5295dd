import { describe, expect, it } from 'vitest';
import { joinRuns } from '../../src/cli/join-runs.ts';
import type { ResultAnswer } from '../../src/query/results.ts';

const MINUTE = 60_000;
const iso = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString();

/** The same failure from one minute to another. */
function aRun(first: number, last: number, overrides: Partial<ResultAnswer> = {}): ResultAnswer {
  return {
    slot: iso(last),
    interval_ms: MINUTE,
    started_at: null,
    late_ms: null,
    status: 'down',
    ok: false,
    reason: 'timeout_wait',
    message: null,
    status_code: null,
    duration_ms: null,
    phases_ms: { dns: null, connect: null, tls: null, wait: null, body: null },
    location: 'here',
    ip_version: null,
    attempt: 1,
    trace_id: null,
    count: last - first + 1,
    first_slot: iso(first),
    last_slot: iso(last),
    ...overrides,
  };
}

describe('joinRuns', () => {
  it('makes a run whole that the end of a page had cut, location by location', () => {
    const there = { location: 'there' };
    const first = [aRun(20, 29), aRun(22, 28, there)];
    const joined = joinRuns(first, [aRun(12, 21, there), aRun(11, 19), aRun(3, 9)]);
    expect(joined).toEqual([aRun(11, 29), aRun(12, 28, there), aRun(3, 9)]);
  });

  it.each<[string, ResultAnswer]>([
    ['after a gap', aRun(10, 17)],
    ['for another reason', aRun(10, 19, { reason: 'conn_refused' })],
    ['with another status code', aRun(10, 19, { status_code: 503 })],
    ['that is up', aRun(19, 19, { status: 'up', reason: null })],
  ])('leaves an entry by itself %s', (_, older) => {
    expect(joinRuns([aRun(20, 29)], [older])).toHaveLength(2);
  });

  it('leaves results alone that are not grouped', () => {
    const { count: _, ...single } = aRun(19, 19);
    expect(joinRuns([{ ...single, slot: iso(20) }], [single])).toHaveLength(2);
  });
});
