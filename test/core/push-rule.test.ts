import { describe, expect, it } from 'vitest';
import { pushRule } from '../../src/core/push-rule.ts';
import { aPushMonitor } from '../support/push-monitors.ts';
import { fc, test } from '../support/property.ts';

const berlin = (cron: string) => pushRule(aPushMonitor({ cron, time_zone: 'Europe/Berlin' }));
const iso = (time: number): string => new Date(time).toISOString();

/** The next moments after a time. */
function next(cron: string, after: string, count: number): string[] {
  const rule = berlin(cron);
  const found: string[] = [];
  let time = Date.parse(after);
  for (let index = 0; index < count; index += 1) found.push(iso((time = rule.due(time))));
  return found;
}

describe('when reports are due', () => {
  it('is one interval after the last one', () => {
    expect(pushRule(aPushMonitor({ interval: 5000 })).due(1000.7)).toBe(6000);
  });

  it.each<[what: string, cron: string, after: string, due: string[]]>([
    [
      'at the same hour of the day in summer and in winter',
      '30 4 * * *',
      '2026-10-24T00:00:00Z',
      ['2026-10-24T02:30:00.000Z', '2026-10-25T03:30:00.000Z', '2026-10-26T03:30:00.000Z'],
    ],
    [
      'right after an hour that is skipped in spring',
      '30 2 * * *',
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'once in the hour that comes twice in autumn',
      '30 2 * * *',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'every hour of a short day',
      '0 * * * *',
      '2026-03-29T00:00:00Z',
      ['2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z'],
    ],
    [
      'every hour of a long day',
      '0 * * * *',
      '2026-10-24T23:30:00Z',
      ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ],
    ['every second', '* * * * * *', '2026-01-01T00:00:00.500Z', ['2026-01-01T00:00:01.000Z']],
    ['by a nickname', '@daily', '2026-01-01T12:00:00Z', ['2026-01-01T23:00:00.000Z']],
  ])('is %s', (_what, cron, after, due) => {
    expect(next(cron, after, due.length)).toEqual(due);
  });

  const PATTERNS = ['*/5 * * * *', '30 2 * * *', '0 0 1 * *', '*/20 2 * * *', '0 3 * * 1', '15 10 31 * *'] as const;
  const rules = fc.oneof(
    fc.integer({ min: 1000, max: 86_400_000 }).map((interval) => pushRule(aPushMonitor({ interval }))),
    fc
      .tuple(fc.constantFrom(...PATTERNS), fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'))
      .map(([cron, time_zone]) => pushRule(aPushMonitor({ cron, time_zone }))),
  );
  const times = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2029, 0, 1) });
  test([rules, times, times], 'is always later than what came before', (rule, time, other) => {
    const due = rule.due(time);
    expect(due).toBeGreaterThan(time);
    expect(Number.isInteger(due)).toBe(true);
    const later = rule.following(due, other);
    expect(later).toBeGreaterThan(Math.max(due, other));
    expect(rule.following(due, due)).toBe(rule.following(due, due - 1));
  });
});
