import { describe, expect, it } from 'vitest';
import {
  changeWords,
  clockWords,
  lengthWords,
  periodTitle,
  rangeWords,
  shareWords,
  stepWords,
  thousands,
} from '../../src/report/report-words.ts';

describe('the words of a report', () => {
  it.each([
    [null, 'not observed'],
    [1, '100%'],
    [0.9999999999, '99.999%'],
    [0.99982, '99.982%'],
    [0.9, '90.000%'],
    [0, '0%'],
  ])('write the share %s as %s', (share, words) => {
    expect(shareWords(share)).toBe(words);
  });

  it.each([
    [0, '-'],
    [0.4, '<1s'],
    [59, '59s'],
    [860, '14m 20s'],
    [3600, '1h'],
    [12_059, '3h 20m'],
    [90_061, '1d 1h'],
    [86_400 * 31, '31d'],
  ])('write %d seconds as %s', (seconds, words) => {
    expect(lengthWords(seconds)).toBe(words);
  });

  it.each([
    [108, 100, '+8%'],
    [92, 100, '−8%'],
    [100.4, 100, '±0%'],
    [null, 100, null],
    [100, null, null],
  ])('write %s after %s as %s', (now, before, words) => {
    expect(changeWords(now, before)).toBe(words);
  });

  it.each([
    ['2026-10', 'October 2026'],
    ['2026-10-25', 'Sunday, 25 October 2026'],
    ['2026-W07', 'Week 7 of 2026'],
    ['2026-Q4', 'Q4 2026'],
    ['2026', '2026'],
    ['30d', 'The last 30d'],
    ['a/b', '1 October to 31 October 2026'],
  ])('call %s %s', (label, words) => {
    expect(periodTitle({ label, from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'UTC')).toBe(words);
  });

  it.each([
    ['2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z', '1 October to 31 October 2026'],
    ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '25 October 2026'],
    ['2025-12-31T23:00:00Z', '2026-12-31T23:00:00Z', '1 January to 31 December 2026'],
    ['2026-10-01T10:30:00Z', '2026-11-01T10:30:00Z', '1 October 2026, 12:30 to 1 November 2026, 11:30'],
  ])('write %s to %s as %s', (from, to, words) => {
    expect(rangeWords({ from, to }, 'Europe/Berlin')).toBe(words);
  });

  it.each([
    ['2026-10-24T10:00:00Z', 'Europe/Berlin', '2026-10-24 12:00:00'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00+02:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30:00+01:00'],
    ['2026-10-25T02:30:00Z', 'Europe/Berlin', '2026-10-25 03:30:00'],
    ['2026-04-04T14:45:00Z', 'Australia/Lord_Howe', '2026-04-05 01:45:00+11:00'],
    ['2026-10-25T00:30:00Z', 'UTC', '2026-10-25 00:30:00'],
  ])('write %s in %s as %s, with an offset only where a time comes twice', (moment, zone, words) => {
    expect(clockWords(moment, zone)).toBe(words);
  });

  it('name days, weeks and months shortly, and group digits', () => {
    expect(['2026-10-25', '2026-W43', '2026-10'].map(stepWords)).toEqual(['Sun 25 Oct', 'W43', 'Oct 2026']);
    expect([0, 999, 44_608, 1_234_567].map(thousands)).toEqual(['0', '999', '44,608', '1,234,567']);
  });
});
