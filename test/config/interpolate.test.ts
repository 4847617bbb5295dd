import { describe, expect, it } from 'vitest';
import { interpolate, isSecret, typeScalar } from '../../src/config/interpolate.ts';
import { fc, test } from '../support/property.ts';

const VARIABLES: Record<string, string> = { A: 'one', EMPTY: '', BRACE: '}${A}', PATH_PART: 'secret-name' };
const source = {
  variable: (name: string) => VARIABLES[name],
  file: (path: string) => (path === 'there' ? { text: 'content\r\n' } : { fault: 'there is none' }),
};
const read = (text: string) => interpolate(text, source);

describe('interpolate', () => {
  it.each([
    ['plain', 'plain'],
    ['${A}', 'one'],
    ['x${A}y${A}', 'xoneyone'],
    ['${EMPTY}', ''],
    ['${EMPTY:-b}', 'b'],
    ['${NONE:-}', ''],
    ['${A:-b}', 'one'],
    ['${NONE:-${A}!}', 'one!'],
    ['${NONE:-${NEITHER:-${A}}}', 'one'],
    ['${A:-${NONE:?not asked for}}', 'one'],
    ['${A:?why}', 'one'],
    ['${file:there}', 'content'],
    ['${BRACE}', '}${A}'],
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['$$${A}', '$one'],
    ['${NONE:-$$5}', '$5'],
    ['$5 $A $', '$5 $A $'],
    ['{"a":1}', '{"a":1}'],
  ])('makes of %j %j', (text, result) => {
    expect(read(text)).toMatchObject({ text: result });
  });

  it.each([
    ['${NONE}', 'the variable NONE is not set (a plain dollar sign is $$)', 0],
    ['ab${NONE:?ask Ann}', 'the variable NONE is not set: ask Ann', 2],
    ['${NONE:?}', 'the variable NONE is not set', 0],
    ['${NONE:?${A}}', 'the variable NONE is not set', 0],
    ['${EMPTY:?empty too}', 'the variable EMPTY is not set: empty too', 0],
    ['${file:missing}', 'the file missing cannot be read: there is none', 0],
    ['${file:${PATH_PART}}', 'the file cannot be read: there is none', 0],
    ['${A', '${ is never closed with }', 0],
    ['${A:-b', '${ is never closed with }', 0],
    ['${A-b}', expect.stringContaining('must have one of the forms'), 0],
    ['${}', expect.stringContaining('must be followed by the name'), 0],
    ['x ${${A}}', expect.stringContaining('must be followed by the name'), 2],
    ['${N:-'.repeat(11), expect.stringContaining('nested more than 10 deep'), 50],
  ])('refuses %j', (text, fault, at) => {
    expect(read(text)).toEqual({ fault, at });
  });

  it('collects what variables and files gave, but no default', () => {
    expect(read('${A}${NONE:-default}${file:there}')).toMatchObject({ values: ['one', 'content'] });
  });

  it.each([
    ['${A}', true],
    ['${A}${A}', true],
    ['${NONE:-x}', true],
    [' ${A}', false],
    ['${A}x', false],
    ['$$', false],
    ['$${A}', false],
  ])('tells whether %j is nothing but substitutions', (text, whole) => {
    expect(read(text)).toMatchObject({ whole });
  });

  test([fc.string()], 'never throws', (text) => {
    expect(read(text)).toBeTypeOf('object');
  });

  test([fc.string()], 'gives back any text whose dollars are doubled', (text) => {
    expect(read(text.replaceAll('$', '$$$$'))).toMatchObject({ text });
  });

  test([fc.string()], 'takes what a variable holds as it is', (value) => {
    expect(interpolate('${V}', { ...source, variable: () => value })).toMatchObject({ text: value, values: [value] });
  });
});

describe('isSecret', () => {
  it.each([
    ['correct-horse', true],
    ['abcd', true],
    ['abc', false],
    ['123456', false],
    ['30s', false],
    ['false', false],
    ['     ', false],
  ])('takes %j for one: %s', (value, secret) => {
    expect(isSecret(value)).toBe(secret);
  });
});

describe('typeScalar', () => {
  it.each([
    ['', null],
    ['~', null],
    ['true', true],
    ['False', false],
    ['yes', 'yes'],
    ['8080', 8080],
    ['-1.5e3', -1500],
    ['0x1f', 31],
    ['0o17', 15],
    ['017', 17],
    ['.inf', Infinity],
    ['.nan', Number.NaN],
    ['22:30', '22:30'],
    ['1_0', '1_0'],
    ['30s', '30s'],
  ])('reads %j as YAML 1.2 does', (text, value) => {
    expect(typeScalar(text)).toEqual(value);
  });
});
