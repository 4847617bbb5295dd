import { describe, expect, it } from 'vitest';
import { formatStatusRange, parseStatusRange } from '../../../src/core/expect/status-range.ts';
import { anyStatusRange } from '../../support/any-monitor.ts';
import { fc, test } from '../../support/property.ts';

describe('a range of status codes', () => {
  it.each([
    [200, [200, 200]],
    ['200', [200, 200]],
    ['2xx', [200, 299]],
    ['9XX', [900, 999]],
    ['200-204', [200, 204]],
  ])('%j is %j', (written, range) => expect(parseStatusRange(written)).toEqual(range));

  it.each([
    '',
    '99',
    '1000',
    '200-',
    '-200',
    '300-200',
    '2x',
    'xxx',
    '0xx',
    '2xx-3xx',
    ' 200',
    '200.5',
    2000,
    -200,
    20.5,
  ])('%j is none', (written) => expect(parseStatusRange(written)).toBeUndefined());

  test([anyStatusRange], 'is written in a form that is read as the same', (range) => {
    expect(parseStatusRange(formatStatusRange(range))).toEqual(range);
  });

  test([fc.string()], 'is read from any text, or not at all', (any) => {
    const read = parseStatusRange(any);
    expect(read === undefined || (read[0] >= 100 && read[0] <= read[1] && read[1] <= 999)).toBe(true);
  });
});
