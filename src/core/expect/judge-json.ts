import { type Finding, type Held, findingsOf, quoted } from './finding.ts';
import { type JsonValue, valuesAt } from './json-path.ts';
import type { JsonRule } from './json-rule.ts';
import { judgeNumber } from './number-rule.ts';
import { isFound } from './pattern.ts';

/**
 * Judges a body that should be JSON by rules for what is in it. What a rule says must hold for every value at its path,
 * and when there is none it is not met, unless it says `exists: false`. A body that is no JSON meets no rule, which is one
 * finding. Of keys that are there twice the last one counts, and a number too large to be one is infinite.
 */
export function judgeJson(rules: readonly JsonRule[], body: string): readonly Finding[] {
  const read = readJson(body);
  if (read === undefined) return notJson(body === '' ? 'an empty body' : quoted(body.slice(0, 200)));
  return rules.flatMap((rule) => judgeRule(rule, read.value));
}

/** What it comes to that a body is no JSON. `got`: what it is, in words. */
export function notJson(got: string): readonly Finding[] {
  const expectation = { what: 'json', reason: 'json_invalid', severity: 'down' } as const;
  return findingsOf(expectation, got, [{ ok: false, expected: 'a JSON body' }]);
}

function readJson(text: string): { readonly value: JsonValue } | undefined {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return undefined;
  }
}

function judgeRule(rule: JsonRule, body: JsonValue): readonly Finding[] {
  const expectation = { what: `json ${rule.path}`, reason: 'json_unexpected', severity: 'down' } as const;
  const values = valuesAt(rule.path, body);
  const [first] = values ?? [];
  if (values !== null && first !== undefined) {
    return [...existence(rule, true), ...judgeValues(rule, values)].map(({ value, ...held }) =>
      Object.assign(held, expectation, { got: amongAll(value ?? first, values) }),
    );
  }
  const got = values === null ? 'values nested too deep to be searched' : 'nothing';
  const isFine = values !== null && rule.exists === false;
  const unmet = judgeValue(rule, null).map(({ expected }) => ({ ok: isFine, expected }));
  return findingsOf(expectation, got, [...existence(rule, values === null ? null : false), ...unmet]);
}

/** One part of a rule, whether it holds, and the first value for which it does not. */
interface HeldByAll extends Held {
  readonly value?: JsonValue;
}

/** `isThere`: whether a value is at the path; `null` when nobody knows. */
function existence({ exists }: JsonRule, isThere: boolean | null): readonly HeldByAll[] {
  if (exists === undefined) return [];
  return [{ ok: exists === isThere, expected: exists ? 'it to be there' : 'it not to be there' }];
}

function judgeValues(rule: JsonRule, values: readonly JsonValue[]): readonly HeldByAll[] {
  let parts: HeldByAll[] | undefined;
  for (const value of values) {
    const judged = judgeValue(rule, value).map((held): HeldByAll => (held.ok ? held : Object.assign(held, { value })));
    // What does not hold for one value does not hold.
    parts = parts?.map((held, place) => (held.ok ? (judged[place] ?? held) : held)) ?? judged;
  }
  return parts ?? [];
}

function judgeValue(rule: JsonRule, value: JsonValue): readonly Held[] {
  const { equals, not_equals, one_of, contains, matches, length } = rule;
  const held: Held[] = [];
  const add = (expected: string, ok: boolean): void => void held.push({ expected, ok });
  if (equals !== undefined) add(preview(equals), isSame(value, equals));
  if (not_equals !== undefined) add(`anything but ${preview(not_equals)}`, !isSame(value, not_equals));
  if (one_of !== undefined) {
    add(
      `one of ${one_of.slice(0, MOST_LISTED).map(preview).join(', ')}`,
      one_of.some((each) => isSame(value, each)),
    );
  }
  const { lt, lte, gt, gte } = rule;
  held.push(...judgeNumber({ lt, lte, gt, gte }, typeof value === 'number' ? value : null));
  if (length !== undefined) {
    for (const { ok, expected } of judgeNumber(length, lengthOf(value))) add(`a length of ${expected}`, ok);
  }
  if (contains !== undefined) add(`to contain ${quoted(contains)}`, holds(value, contains));
  if (matches !== undefined) {
    const text = textOf(value);
    add(`to match ${quoted(matches)}`, text !== null && isFound(matches, text));
  }
  return held;
}

/** Whether two values are the same, whatever the order of keys; as deep as `expected`, which is no stranger's. */
function isSame(value: JsonValue, expected: JsonValue): boolean {
  if (value === expected) return true;
  if (!isNested(value) || !isNested(expected) || Array.isArray(value) !== Array.isArray(expected)) return false;
  const keys = Object.keys(expected);
  return keys.length === Object.keys(value).length && keys.every((key) => isSameAt(value, expected, key));
}

type Nested = readonly JsonValue[] | { readonly [key: string]: JsonValue };

function isSameAt(value: Nested, expected: Nested, key: string): boolean {
  const [one, other] = [entryOf(value, key), entryOf(expected, key)];
  return one !== undefined && other !== undefined && isSame(one, other);
}

function entryOf(nested: Nested, key: string): JsonValue | undefined {
  return Object.hasOwn(nested, key) ? (nested as { readonly [key: string]: JsonValue })[key] : undefined;
}

function isNested(value: JsonValue): value is Nested {
  return typeof value === 'object' && value !== null;
}

/** Characters of a text, entries of a list, keys of a map; `null` for what has no length. */
function lengthOf(value: JsonValue): number | null {
  if (typeof value === 'string') {
    let characters = 0;
    for (const _ of value) characters += 1;
    return characters;
  }
  if (Array.isArray(value)) return value.length;
  return isNested(value) ? Object.keys(value).length : null;
}

/** A text has it inside; a list has it as an entry. */
function holds(value: JsonValue, wanted: string): boolean {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).includes(wanted);
  return textOf(value)?.includes(wanted) ?? false;
}

function textOf(value: JsonValue): string | null {
  return isNested(value) || value === null ? null : String(value);
}

function amongAll(value: JsonValue, values: readonly JsonValue[]): string {
  return values.length === 1 ? preview(value) : `${preview(value)} among ${values.length} values`;
}

const MOST_LISTED = 10;
const LONGEST_PREVIEW = 60;

/** A value as JSON, cut; only as much of it is looked at as is shown. */
function preview(value: JsonValue): string {
  const text = write(value, LONGEST_PREVIEW);
  return text.length > LONGEST_PREVIEW ? `${text.slice(0, LONGEST_PREVIEW)}…` : text;
}

/** Writes more than `room` characters when that is not enough, but not much more; every level takes one of them. */
function write(value: JsonValue, room: number): string {
  if (typeof value === 'string') return short(value);
  if (!isNested(value)) return String(value);
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (text.length > room) return text;
    if (text.length > 1) text += ', ';
    const name = typeof key === 'string' ? `${short(key)}: ` : '';
    text += name + write(entryOf(value, String(key)) ?? null, room - text.length);
  }
  return text + (isList ? ']' : '}');
}

function short(text: string): string {
  return quoted(text.slice(0, 4 * LONGEST_PREVIEW));
}
