import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/expect/finding.ts';
import { judgeJson } from '../../../src/core/expect/judge-json.ts';
import { type JsonValue, jsonPathFault } from '../../../src/core/expect/json-path.ts';
import type { JsonRule } from '../../../src/core/expect/json-rule.ts';
import { anyJson, anyJsonRule } from '../../support/any-monitor.ts';
import { fc, test } from '../../support/property.ts';

const holds = (rule: JsonRule, body: JsonValue): boolean =>
  judgeJson([rule], JSON.stringify(body)).every(({ ok }) => ok);
const words = (rule: JsonRule, body: JsonValue): readonly string[] =>
  judgeJson([rule], JSON.stringify(body)).map(({ got, expected }) => `got ${got}, expected ${expected}`);

describe('a rule for JSON', () => {
  const body = {
    status: 'ok',
    n: 3,
    list: [1, 2, 3],
    nodes: [{ up: true }, { up: false }],
    text: 'naïve 👍',
    none: null,
  };
  it.each<[JsonRule, boolean]>([
    [{ path: '$.status', equals: 'ok' }, true],
    [{ path: '$.status', not_equals: 'ok' }, false],
    [{ path: '$.n', equals: 3 }, true],
    [{ path: '$.n', equals: '3' }, false],
    [{ path: '$.n', one_of: [1, 3] }, true],
    [{ path: '$.n', one_of: ['3'] }, false],
    [{ path: '$.n', gt: 2, lte: 3 }, true],
    [{ path: '$.status', gt: 0 }, false],
    [{ path: '$.none', equals: null }, true],
    [{ path: '$.none', exists: true }, true],
    [{ path: '$.missing', exists: false }, true],
    [{ path: '$.missing', equals: null }, false],
    [{ path: '$.missing', not_equals: 1 }, false],
    [{ path: '$.missing', exists: false, equals: 1 }, true],
    [{ path: '$.status', exists: false }, false],
    [{ path: '$.list', equals: [1, 2, 3] }, true],
    [{ path: '$.list', equals: [3, 2, 1] }, false],
    [{ path: '$.nodes[0]', equals: { up: true } }, true],
    [{ path: '$.list', length: { equals: 3 } }, true],
    [{ path: '$.nodes[0]', length: { equals: 1 } }, true],
    [{ path: '$.text', length: { equals: 7 } }, true],
    [{ path: '$.n', length: { gte: 0 } }, false],
    [{ path: '$.list[*]', lt: 4 }, true],
    [{ path: '$.list[*]', lt: 3 }, false],
    [{ path: '$.nodes[*].up', equals: true }, false],
    [{ path: '$.nodes[?@.up == true]', length: { equals: 1 } }, true],
    [{ path: '$.text', contains: '👍' }, true],
    [{ path: '$.list', contains: '1' }, false],
    [{ path: '$.status', matches: '^o' }, true],
    [{ path: '$.n', matches: '^[0-9]$' }, true],
    [{ path: '$.none', matches: '.*' }, false],
    [{ path: '$.list', matches: '.*' }, false],
  ])('%j: %s', (rule, ok) => expect(holds(rule, body)).toBe(ok));

  it('says what came, and of several values the first that is wrong', () => {
    expect(words({ path: '$.list[*]', lt: 3, gt: 0 }, body)).toEqual([
      'got 3 among 3 values, expected less than 3',
      'got 1 among 3 values, expected more than 0',
    ]);
    expect(words({ path: '$.missing', equals: 1 }, body)).toEqual(['got nothing, expected 1']);
    expect(words({ path: '$.nodes', length: { lt: 2 } }, body)).toEqual([
      'got [{"up": true}, {"up": false}], expected a length of less than 2',
    ]);
  });

  it.each([
    ['', 'got an empty body'],
    ['<html>', 'got "<html>"'],
    ['{"a":1}}', 'got "{"a":1}}"'],
  ])('takes %j for no JSON, once', (text, got) => {
    const findings = judgeJson(
      [
        { path: '$.a', equals: 1 },
        { path: '$.b', exists: false },
      ],
      text,
    );
    expect(findings).toMatchObject([{ what: 'json', reason: 'json_invalid', ok: false }]);
    expect(`got ${findings[0]?.got}`).toBe(got);
  });

  it.each(['[', '{"a":'])('does not choke on %s a hundred thousand times', (opening) => {
    const text = opening.repeat(100_000) + '1' + (opening === '[' ? ']' : '}').repeat(100_000);
    const rules: JsonRule[] = [
      { path: '$', exists: true, equals: [[1]], length: { equals: 1 } },
      { path: '$..a', exists: false },
      { path: '$[?@..a]', exists: true },
    ];
    const findings = judgeJson(rules, text);
    expect(judge(findings)).toMatchObject({ status: 'down', reason: 'json_unexpected' });
    for (const { got } of findings) expect(got.length).toBeLessThan(200);
  });

  test([anyJson], 'finds any value equal to itself, whatever the order of keys, and never to another', (value) => {
    const backwards = reversed(value);
    expect(holds({ path: '$', equals: backwards, exists: true, one_of: [backwards] }, value)).toBe(true);
    expect(holds({ path: '$', not_equals: backwards }, value)).toBe(false);
    expect(holds({ path: '$', equals: [value] as JsonValue }, value)).toBe(false);
  });

  test([anyJsonRule, anyJson], 'never throws, and says something short of every part', (rule, value) => {
    for (const { what, got, expected, reason } of judgeJson([rule], JSON.stringify(value))) {
      expect(what).toBe(`json ${rule.path}`);
      expect(reason).toBe('json_unexpected');
      expect(got).toMatch(/^[^\p{Cc}]{1,300}$/u);
      expect(expected).toMatch(/^[^\p{Cc}]+$/u);
    }
  });

  test(
    [fc.string({ unit: 'binary' }), anyJson],
    'has a path that is taken or refused, and taken works',
    (tail, value) => {
      const path = `$${tail}`;
      fc.pre(jsonPathFault(path) === undefined);
      expect(() => judgeJson([{ path, exists: true }], JSON.stringify(value))).not.toThrow();
    },
  );

  it.each(["$[?match(@.a, '(a+)+b')]", "$[?search(@.a, 'x')]", 'a.b', '$.', '$[', ''])(
    'refuses the path %s',
    (path) => {
      expect(jsonPathFault(path)).toBeTypeOf('string');
    },
  );
});

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as JsonValue[]).map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, reversed(each)]),
  );
}
