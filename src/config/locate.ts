import type { Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { isSecretName } from '../core/monitor/secrets.ts';
import type { InputProblem, Path } from '../core/schema-problems.ts';
import type { Problem } from './problem.ts';
import { type Source, problemAt, problemWith } from './yaml-source.ts';

/** A file among several whose lists have been joined. */
export interface Part {
  readonly source: Source;
  /** By the name of a list, which of its entries are those of the file. */
  readonly lists: ReadonlyMap<string, { readonly first: number; readonly count: number }>;
}

interface Found {
  readonly source: Source;
  /** How many steps of the path exist. */
  readonly length: number;
  readonly node: Node;
  readonly key: Node | null;
}

/** Gives a problem the best place there is for it: the value, its key, or what should have held it. */
export function locate(
  parts: readonly Part[],
  problem: InputProblem,
  severity: Problem['severity'] = 'error',
): Problem {
  const { suggestion } = problem;
  const { path, message } = withoutStrangeKey(problem);
  const found = find(parts, problem.path);
  const remark = { path, message, suggestion, severity };
  if (found === undefined) return { ...problemWith(parts[0]?.source.name ?? '', message), ...remark };
  const located = problemAt(found.source, offsetOf(found, problem), remark);
  // The line would show the secret itself, in a terminal and in the log.
  return tellsSecret(problem.path) ? { ...located, excerpt: null } : located;
}

/** In a channel, a key that none of them looks like may be a secret of which the key was forgotten. */
function withoutStrangeKey({ path, message, at }: InputProblem): { readonly path: string; readonly message: string } {
  const key = path.at(-1);
  const isStrange = path[0] === 'channels' && at === 'key' && !/^[a-z][a-z_-]{0,24}$/i.test(String(key));
  if (!isStrange) return { path: path.join('.'), message };
  return {
    path: [...path.slice(0, -1), '…'].join('.'),
    message: message.replace(/^(unknown key )?".*"(?=$|;| )/su, '$1"…"').replaceAll(String(key), '…'),
  };
}

/** Whether what stands at a path is mostly a secret: a token, a password, the address of a channel. */
function tellsSecret(path: Path): boolean {
  const names = path.filter((part) => typeof part === 'string');
  const last = names.at(-1) ?? '';
  if (names[0] === 'channels') return names.length > 1 && (isSecretName(last) || last.endsWith('url'));
  return last === 'token' || last === 'api_token' || last === 'heartbeat_url';
}

/** The file and line of a path, to name it in the message of another problem. */
export function placeOf(parts: readonly Part[], path: Path): { readonly file: string; readonly line: number } {
  const found = find(parts, path);
  if (found === undefined) return { file: '', line: 1 };
  const { line } = found.source.lines.linePos(found.node.range?.[0] ?? 0);
  return { file: found.source.name, line };
}

function offsetOf({ node, key, length }: Found, { at, path }: InputProblem): number {
  const whole = length === path.length;
  const empty = isScalar(node) && node.range?.[0] === node.range?.[1];
  // A value that is not there (`interval:`) is best shown by its key.
  const shown = key !== null && whole && (at === 'key' || empty) ? key : node;
  return shown.range?.[0] ?? 0;
}

function find(parts: readonly Part[], path: Path): Found | undefined {
  let best: Found | undefined;
  for (const { source, lists } of parts) {
    if (source.root === null) continue;
    let own = path;
    const [section, index] = path;
    const list = typeof section === 'string' ? lists.get(section) : undefined;
    if (section !== undefined && list !== undefined && typeof index === 'number') {
      if (index < list.first || index >= list.first + list.count) continue;
      own = [section, index - list.first, ...path.slice(2)];
    }
    const found = follow(source, source.root, own);
    if (best === undefined || found.length > best.length) best = found;
  }
  return best;
}

function follow(source: Source, root: Node, path: Path): Found {
  let found: Found = { source, length: 0, node: root, key: null };
  for (const part of path) {
    const node = isAlias(found.node) ? (source.aliases.get(found.node) ?? found.node) : found.node;
    const length = found.length + 1;
    if (isMap(node)) {
      const pair = pairsOf(source, node).get(part);
      if (pair === undefined) return found;
      found = { source, length, node: pair.value ?? pair.key, key: pair.key };
    } else if (isSeq(node) && typeof part === 'number') {
      const item = node.items[part] as Node | undefined;
      if (item === undefined) return found;
      found = { source, length, node: item, key: null };
    } else {
      return found;
    }
  }
  return found;
}

/** A list of the pairs by key, made once: with many keys and many problems a search for each would take for ever. */
function pairsOf({ pairs }: Source, map: YAMLMap): ReadonlyMap<unknown, Pair<Node, Node | null>> {
  const known = pairs.get(map);
  if (known !== undefined) return known;
  const byKey = new Map<unknown, Pair<Node, Node | null>>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    if (!byKey.has(name)) byKey.set(name, pair);
  }
  pairs.set(map, byKey);
  return byKey;
}
