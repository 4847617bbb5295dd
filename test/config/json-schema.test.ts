import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { check } from './configurations.ts';

const ROOT = join(import.meta.dirname, '..', '..');
type Node = { readonly [key: string]: unknown };

/** Every schema inside a schema that is the value of a key, with the path of the key. */
function keysOf(schema: Node, path = ''): [string, Node][] {
  const keys: [string, Node][] = [];
  for (const [key, value] of Object.entries((schema['properties'] ?? {}) as Record<string, Node>)) {
    const name = path === '' ? key : `${path}.${key}`;
    keys.push([name, value], ...keysOf(value, name));
  }
  if (schema['items'] !== undefined) keys.push(...keysOf(schema['items'] as Node, `${path}[]`));
  for (const branch of (schema['anyOf'] ?? []) as Node[]) keys.push(...keysOf(branch, path));
  return keys;
}

describe('configJsonSchema', () => {
  const schema = configJsonSchema();

  it('is draft-07, and refuses unknown keys', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
      required: ['monitors'],
    });
  });

  it('is the file beside the sample', () => {
    expect(JSON.parse(readFileSync(join(ROOT, 'longwatch.schema.json'), 'utf8'))).toEqual(schema);
  });

  it('describes every key', () => {
    const keys = keysOf(schema);
    expect(keys.map(([name]) => name)).toContain('monitors[].expect.status');
    expect(keys.map(([name]) => name)).toContain('defaults.headers');
    expect(keys.filter(([, { description }]) => typeof description !== 'string').map(([name]) => name)).toEqual([]);
  });

  it('lets any value come from a variable', () => {
    const text = JSON.stringify(schema);
    expect(text).toContain('{"type":"boolean"},{"type":"string","pattern":"\\\\$\\\\{"}');
    expect(text).not.toContain('|\\\\$\\\\{|\\\\$\\\\{');
  });
});

describe('the documentation of the configuration', () => {
  const page = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');

  it('has every key', () => {
    const keys = keysOf(configJsonSchema()).map(([name]) => name);
    // Those of channels have a page of their own.
    const own = keys.filter((name) => !/^channels\[\]\.(?!id$|type$|enabled$)/.test(name));
    const names = new Set(own.map((name) => name.split(/[.[\]]+/).at(-1)));
    const isThere = (name = ''): boolean => page.includes(`\`${name}\``) || page.includes(`.${name}\``);
    expect([...names].filter((name) => !isThere(name))).toEqual([]);
  });

  it('has every setting of the environment', () => {
    const source = readFileSync(join(ROOT, 'src', 'config', 'environment.ts'), 'utf8');
    const names = new Set(source.match(/^ {2}LONGWATCH_[A-Z_]+(?=:)/gm)?.map((name) => name.trim()));
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the sample longwatch.yaml', () => {
  it('is right, and watches Longwatch itself often', () => {
    const { settings } = check(join(ROOT, 'longwatch.yaml'), { env: {} as never, cwd: ROOT });
    expect(settings?.warnings).toEqual([]);
    expect(settings?.monitors).toMatchObject([
      { id: 'example', url: 'https://example.com' },
      { id: 'longwatch', url: 'http://127.0.0.1:8080/livez', interval: 2000 },
    ]);
  });
});
