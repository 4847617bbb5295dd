import { describe, expect, it } from 'vitest';
import { quoted } from '../../../src/core/expect/finding.ts';
import { patternFault } from '../../../src/core/expect/pattern.ts';
import { type TextRule, judgeText } from '../../../src/core/expect/text-rule.ts';
import { anyTextRule } from '../../support/any-monitor.ts';
import { fc, test } from '../../support/property.ts';

const text = fc.string({ unit: 'grapheme' });
const maybe: fc.Arbitrary<string | null> = fc.option(text);
const holds = (rule: TextRule, got: string | null): boolean => judgeText(rule, got).every(({ ok }) => ok);

describe('a rule for text', () => {
  it.each([
    [{ equals: 'a' }, 'a', true],
    [{ equals: 'a' }, 'A', false],
    [{ equals: '' }, '', true],
    [{ not_equals: 'a' }, 'b', true],
    [{ contains: ['a', 'c'] }, 'abc', true],
    [{ contains: ['a', 'd'] }, 'abc', false],
    [{ not_contains: ['d', 'e'] }, 'abc', true],
    [{ not_contains: ['d', 'c'] }, 'abc', false],
    [{ matches: '^a.c$' }, 'abc', true],
    [{ matches: '(?i)^A' }, 'abc', true],
    [{ not_matches: 'b' }, 'abc', false],
    [{ exists: true }, '', true],
    [{ exists: false }, '', false],
    [{ equals: 'a', not_contains: ['a'] }, 'a', false],
    [{}, 'anything', true],
  ] as const)('%j of %j: %s', (rule, got, ok) => expect(holds(rule, got)).toBe(ok));

  it.each([
    [{ exists: false }, true],
    [{ not_equals: 'a' }, true],
    [{ not_contains: ['a'] }, true],
    [{ not_matches: 'a' }, true],
    [{ exists: true }, false],
    [{ equals: '' }, false],
    [{ contains: ['a'] }, false],
    [{ matches: '.*' }, false],
    [{}, false],
  ] as const)('%j of a text that is not there: %s', (rule, ok) => expect(holds(rule, null)).toBe(ok));

  test([anyTextRule, maybe], 'says of every part whether it holds, and what was expected', (rule, got) => {
    const held = judgeText(rule, got);
    const { contains = [], not_contains = [], ...others } = rule;
    expect(held).toHaveLength(contains.length + not_contains.length + Object.keys(others).length);
    for (const { expected } of held) expect(expected).toMatch(/^[^\p{Cc}]{1,100}$/u);
  });

  test([text, text, text], 'finds what was put there', (before, part, after) => {
    fc.pre(part !== '');
    const whole = before + part + after;
    expect(holds({ contains: [part], equals: whole }, whole)).toBe(true);
    expect(holds({ not_contains: [part] }, whole)).toBe(false);
    expect(holds({ contains: [part] }, whole) !== holds({ not_contains: [part] }, whole)).toBe(true);
  });

  test([fc.string(), text], 'matches or does not, for any pattern that is taken', (pattern, got) => {
    fc.pre(patternFault(pattern) === undefined);
    expect(holds({ matches: pattern }, got)).not.toBe(holds({ not_matches: pattern }, got));
  });

  it('takes time that grows with the text alone, whatever the pattern', () => {
    expect(holds({ matches: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toBe(false);
  });

  test([fc.string({ unit: 'binary', maxLength: 500 })], 'is quoted in one short line', (any) => {
    expect(quoted(any)).toMatch(/^"[^\p{Cc}\p{Cs}]{0,121}"$/u);
    expect(Array.from(quoted(any)).length).toBeLessThanOrEqual(63);
  });
});
