import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { fc, test } from '../support/property.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5d', 129_600_000],
    ['2w', 1_209_600_000],
    ['0s', 0],
    ['1.0004s', 1000],
  ])('reads %s', (text, duration) => {
    expect(parseDuration(text)).toBe(duration);
  });

  it.each([
    '',
    '30',
    '30 s',
    ' 30s',
    '-1s',
    '1S',
    's',
    '1e3s',
    '.5s',
    '1.s',
    '∞s',
    '1y',
    '30s ',
    '1s\n',
    '9'.repeat(41),
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('refuses a duration too long to be a whole number of milliseconds', () => {
    expect(parseDuration('9007199254740992ms')).toBeUndefined();
  });

  test([fc.string()], 'never throws, and gives whole milliseconds or nothing', (text) => {
    const duration = parseDuration(text);
    expect(duration === undefined || Number.isSafeInteger(duration)).toBe(true);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [86_400_000, '1d'],
    [1001, '1s1ms'],
  ])('writes %d', (duration, text) => {
    expect(formatDuration(duration)).toBe(text);
  });

  test([fc.nat({ max: 10 * 365 * 86_400_000 })], 'writes what parseDuration reads as the same', (duration) => {
    expect(parseDuration(formatDuration(duration))).toBe(duration);
  });
});
