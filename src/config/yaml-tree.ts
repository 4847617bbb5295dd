import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Alias, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import { errorCode } from '../core/errors.ts';
import type { Path } from '../core/schema-problems.ts';
import { type ValueSource, interpolate, isSecret, typeScalar } from './interpolate.ts';
import type { Problem } from './problem.ts';
import { MAX_DEPTH, type Source, problemAt } from './yaml-source.ts';

/** How many values the aliases of a file may stand for in all: enough for any list, too few for a bomb of aliases. */
const MAX_ALIASED = 200_000;
const MAX_INCLUDED_BYTES = 1_048_576;
/** Keys that mean something to JavaScript itself. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** What the values of a file are read with. */
export interface TreeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Keys of the top level that are left out, unread. */
  readonly skip?: ReadonlySet<string>;
}

/** The values of a file, with `${…}` replaced. */
export interface Tree {
  readonly source: Source;
  readonly value: unknown;
  /** The aliases stand for too much: what was read until then says nothing. */
  readonly overflowed: boolean;
  readonly secrets: readonly string[];
  readonly problems: readonly Problem[];
}

interface Reading {
  readonly source: Source;
  readonly values: ValueSource;
  readonly skip: ReadonlySet<string>;
  readonly secrets: Set<string>;
  readonly problems: Problem[];
  readonly anchors: Map<string, Node>;
  /** Nodes that are being read, to notice one that contains itself. */
  readonly open: Set<Node>;
  aliasDepth: number;
  aliased: number;
  /** The alias with which there were too many values. */
  overflow: Alias | null;
}

/** Turns nodes into plain values. What is wrong with a part is a problem; that part is then `undefined`. */
export function readTree(source: Source, { env, skip = new Set() }: TreeOptions): Tree {
  const reading: Reading = {
    source,
    values: { variable: (name) => env[name], file: (path) => readIncluded(resolve(source.folder, path)) },
    skip,
    secrets: new Set(),
    problems: [],
    anchors: new Map(),
    open: new Set(),
    aliasDepth: 0,
    aliased: 0,
    overflow: null,
  };
  const value = source.root === null ? undefined : readNode(reading, source.root, []);
  const { secrets, problems, overflow } = reading;
  if (overflow === null) return { source, value, overflowed: false, secrets: [...secrets], problems };
  const message = `the aliases stand for more than ${MAX_ALIASED} values`;
  const problem = problemAt(source, overflow.range?.[0] ?? 0, { message });
  return { source, value: undefined, overflowed: true, secrets: [...secrets], problems: [problem] };
}

function readNode(reading: Reading, node: Node | null, path: Path): unknown {
  if (node === null) return null;
  if (isAlias(node)) return readAlias(reading, node, path);
  if (reading.aliasDepth > 0) {
    reading.aliased += 1;
    if (reading.aliased > MAX_ALIASED) return undefined;
  } else if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
    reading.anchors.set(node.anchor, node);
  }
  if (isScalar(node)) return readScalar(reading, node, path);
  if (path.length > MAX_DEPTH) {
    return refuse(reading, node, path, `is nested more than ${MAX_DEPTH} levels deep`);
  }
  reading.open.add(node);
  const value = isMap(node) ? readMap(reading, node, path) : readList(reading, node, path);
  reading.open.delete(node);
  return value;
}

function readList(reading: Reading, node: Node, path: Path): unknown {
  if (!isSeq(node)) return undefined;
  return node.items.map((item, index) =>
    isPair(item) ? undefined : readNode(reading, item as Node | null, [...path, index]),
  );
}

function readMap(reading: Reading, map: YAMLMap, path: Path): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const seen = new Map<string, Node>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const key = readKey(reading, pair.key, path);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first !== undefined) {
      const { line } = reading.source.lines.linePos(first.range?.[0] ?? 0);
      refuse(reading, pair.key, [...path, key], `the key "${key}" is there twice, on line ${line} already`);
      continue;
    }
    seen.set(key, pair.key);
    if (path.length === 0 && reading.skip.has(key)) continue;
    value[key] = readNode(reading, pair.value, [...path, key]);
  }
  return value;
}

function readKey(reading: Reading, node: Node | null, path: Path): string | undefined {
  const key = isScalar(node) ? node.value : undefined;
  if (typeof key !== 'string') {
    return refuse(reading, node, path, 'a key must be text; put it in quotes if it is a number or a word like true');
  }
  if (FORBIDDEN_KEYS.has(key)) return refuse(reading, node, path, `"${key}" cannot be a key`);
  if (key === '<<') {
    return refuse(reading, node, path, '"<<" is not part of YAML 1.2; what monitors share belongs under defaults');
  }
  return key;
}

function readAlias(reading: Reading, alias: Alias, path: Path): unknown {
  const node = reading.anchors.get(alias.source);
  if (node === undefined) {
    const message = 'there is no anchor of this name above; a value that begins with * must be in quotes';
    return refuse(reading, alias, path, message);
  }
  if (reading.open.has(node)) return refuse(reading, alias, path, 'this alias contains itself');
  reading.source.aliases.set(alias, node);
  if (reading.overflow !== null) return undefined;
  reading.aliasDepth += 1;
  const value = readNode(reading, node, path);
  reading.aliasDepth -= 1;
  if (reading.aliased > MAX_ALIASED) reading.overflow ??= alias;
  return value;
}

function readScalar(reading: Reading, node: Scalar, path: Path): unknown {
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node.value;
  const read = interpolate(node.value, reading.values);
  if ('fault' in read) {
    reading.problems.push(
      problemAt(reading.source, offsetWithin(reading, node, read.at), { path: path.join('.'), message: read.fault }),
    );
    return undefined;
  }
  for (const value of read.values) if (isSecret(value)) reading.secrets.add(value);
  // A value in quotes, or beside other text, is text; one that is nothing but ${…} is typed as if it stood there.
  return node.type === 'PLAIN' && read.whole ? typeScalar(read.text) : read.text;
}

/** The place of a position in a scalar: exact where the source holds the text as it is, else where the scalar begins. */
function offsetWithin({ source }: Reading, node: Scalar, at: number): number {
  const [start, end] = node.range ?? [0, 0];
  const text = String(node.value);
  const written = source.text.slice(start, end).indexOf(text);
  return written < 0 ? start : start + written + at;
}

function refuse(reading: Reading, node: Node | null, path: Path, message: string): undefined {
  const offset = node?.range?.[0] ?? 0;
  reading.problems.push(problemAt(reading.source, offset, { path: path.join('.'), message }));
  return undefined;
}

function readIncluded(path: string): { readonly text: string } | { readonly fault: string } {
  try {
    if (statSync(path).size > MAX_INCLUDED_BYTES) return { fault: 'it is larger than 1 MiB' };
    return { text: readFileSync(path, 'utf8') };
  } catch (thrown) {
    return { fault: REASONS[errorCode(thrown) ?? ''] ?? 'reading failed' };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  ENOTDIR: 'there is none',
  EACCES: 'no permission',
  EISDIR: 'it is a folder',
};
