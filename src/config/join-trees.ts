import type { Part } from './locate.ts';
import { locate, placeOf } from './locate.ts';
import { type Problem, excerptOf } from './problem.ts';
import { problemWith } from './yaml-source.ts';
import type { Tree } from './yaml-tree.ts';

/** What the files of one configuration say together. */
export interface Joined {
  readonly value: Readonly<Record<string, unknown>>;
  readonly parts: readonly Part[];
  readonly problems: readonly Problem[];
}

type Values = Record<string, unknown>;

/** Joins files: lists such as that of the monitors one after the other, sections key by key, each key once. */
export function joinTrees(trees: readonly Tree[]): Joined {
  const value: Values = {};
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const tree of trees) {
    if (tree.value === undefined || tree.value === null) continue;
    const own = tree.value;
    const part: Part = { source: tree.source, lists: isValues(own) ? listsOf(own, value) : new Map() };
    if (!isValues(own)) {
      const message = 'the file must be a map of keys, such as version and monitors';
      problems.push(locate([part], { path: [], message, suggestion: null, at: 'value' }));
      continue;
    }
    for (const [key, mine] of Object.entries(own)) {
      const before = value[key];
      if (!Object.hasOwn(value, key)) {
        value[key] = mine;
      } else if (Array.isArray(before) && Array.isArray(mine)) {
        value[key] = [...(before as unknown[]), ...(mine as unknown[])];
      } else if (isValues(before) && isValues(mine)) {
        const twice = Object.keys(mine).filter((name) => Object.hasOwn(before, name));
        problems.push(...twice.map((name) => setTwice(parts, part, [key, name])));
        value[key] = { ...mine, ...before };
      } else if (key !== 'version' || before !== mine) {
        problems.push(setTwice(parts, part, [key]));
      }
    }
    parts.push(part);
  }
  const [first] = trees;
  if (first !== undefined && parts.length === 0 && problems.length === 0) problems.push(nothingIn(first));
  return { value, parts, problems };
}

/** Where the lists of a file will stand behind those that are there already. */
function listsOf(own: Readonly<Values>, before: Readonly<Values>): Part['lists'] {
  const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  return new Map(
    Object.entries(own)
      .filter(([, list]) => Array.isArray(list))
      .map(([name, list]) => [
        name,
        { first: Object.hasOwn(before, name) ? lengthOf(before[name]) : 0, count: lengthOf(list) },
      ]),
  );
}

function setTwice(before: readonly Part[], part: Part, path: readonly string[]): Problem {
  const { file, line } = placeOf(before, path);
  const message = `${path.join('.')} is already set, in ${file} on line ${line}`;
  return locate([part], { path, message, suggestion: null, at: 'key' });
}

function nothingIn({ source }: Tree): Problem {
  const message = 'is empty; the shortest configuration is "version: 1" and "monitors: []", each on its line';
  const [line = ''] = source.text.split('\n', 1);
  const excerpt = line.trim() === '' ? null : excerptOf(line, 1);
  return { ...problemWith(source.name, message), line: 1, column: 1, excerpt };
}

/** Whether a value is a map of keys. */
export function isValues(value: unknown): value is Readonly<Values> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
