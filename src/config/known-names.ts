import { closest } from '../core/closest.ts';
import { slug } from '../core/monitor/fields.ts';
import type { MonitorMatch } from '../core/notify/match.ts';
import type { InputProblem, Path } from '../core/schema-problems.ts';
import { isValues } from './join-trees.ts';

const MOST_NAMED = 10;

/** What other parts of a configuration can name of its monitors. */
export interface KnownMonitors {
  /** Ids, also of monitors that have a problem. */
  readonly ids: ReadonlySet<string>;
  /** By the names of monitors, as ids would be written, their ids. */
  readonly idsByName: ReadonlyMap<string, string>;
  readonly groups: ReadonlySet<string>;
  readonly tags: ReadonlyMap<string, ReadonlySet<string>>;
  /** `false` when a monitor could not be read: what is missing may be in it. */
  readonly complete: boolean;
}

/** Names that stand at a path of the input, where `written` stands there: a list, or one name without brackets. */
interface Names {
  readonly path: Path;
  readonly written: unknown;
  readonly names: readonly string[];
}

interface Words {
  /** What is wrong with a name that nothing has. */
  readonly fault: string;
  readonly at?: InputProblem['at'];
  /** What else may have been meant by one that is not near any. */
  readonly guess?: (name: string) => string | undefined;
}

/** Problems of names that are not known. */
function strangers({ path, written, names }: Names, known: ReadonlySet<string>, words: Words): InputProblem[] {
  return names.flatMap((name, index): InputProblem[] => {
    if (known.has(name)) return [];
    const suggestion = nearest(name, known) ?? words.guess?.(name) ?? null;
    const message = `${words.fault}${suggestion === null ? listOfNames(known) : ''}`;
    return [{ path: Array.isArray(written) ? [...path, index] : path, message, suggestion, at: words.at ?? 'value' }];
  });
}

/** What was found for names already: one misspelt parent of thousands of monitors is looked for once. */
const found = new WeakMap<ReadonlySet<string>, Map<string, string | undefined>>();

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const byName = found.get(known) ?? new Map<string, string | undefined>();
  found.set(known, byName);
  if (!byName.has(name)) byName.set(name, closest(name, known));
  return byName.get(name);
}

function listOfNames(known: ReadonlySet<string>): string {
  if (known.size === 0) return '';
  const named = [...known].slice(0, MOST_NAMED).map((name) => `"${name}"`);
  const more = known.size > MOST_NAMED ? ' and others' : '';
  return `; there ${known.size === 1 ? 'is' : 'are'} ${named.join(', ')}${more}`;
}

/** Problems of ids that no monitor has. */
export function strangeMonitors(names: Names, { ids, idsByName, complete }: KnownMonitors): InputProblem[] {
  if (!complete && names.names.some((name) => !ids.has(name))) return [];
  return strangers(names, ids, { fault: 'no monitor has this id', guess: (name) => idsByName.get(slug(name)) });
}

/** Problems of ids that no channel has. */
export function strangeChannels(names: Names, ids: ReadonlySet<string>): InputProblem[] {
  const fault = ids.size === 0 ? 'there are no channels: write them under channels' : 'no channel has this id';
  return strangers(names, ids, { fault });
}

/** Problems of monitors, groups and tags that do not exist; `written` is what stands at the path. */
export function strangeMatch(match: MonitorMatch, written: unknown, path: Path, known: KnownMonitors): InputProblem[] {
  const at = (key: string): Omit<Names, 'names'> => {
    return { path: [...path, key], written: isValues(written) ? written[key] : undefined };
  };
  const monitors = strangeMonitors({ ...at('monitors'), names: match.monitors }, known);
  if (!known.complete) return monitors;
  const groups = strangers({ ...at('groups'), names: match.groups }, known.groups, {
    fault: 'no monitor is in this group',
  });
  return [...monitors, ...groups, ...strangeTags(match, at('tags'), known)];
}

function strangeTags(
  { tags }: MonitorMatch,
  { path, written }: Omit<Names, 'names'>,
  known: KnownMonitors,
): InputProblem[] {
  return Object.entries(tags).flatMap(([name, values], index): InputProblem[] => {
    const existing = known.tags.get(name);
    const place = [...path, Array.isArray(written) ? index : name];
    if (existing !== undefined) {
      const given = isValues(written) ? written[name] : undefined;
      return strangers({ path: place, written: given, names: values }, existing, {
        fault: 'no monitor has this value of the tag',
      });
    }
    const names = { path: place, written: undefined, names: [name] };
    const at = Array.isArray(written) ? 'value' : 'key';
    return strangers(names, new Set(known.tags.keys()), { fault: 'no monitor has this tag', at });
  });
}
