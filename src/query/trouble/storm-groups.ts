import type { IncidentKind } from '../../core/trouble/incident.ts';
import type { Milliseconds } from '../../core/duration.ts';

/** What has to be known of an incident to tell which others it belongs to. Moments are ms since the epoch. */
export interface StormMember {
  readonly number: number;
  readonly kind: IncidentKind;
  /** The id of its monitor; `null` when we were blind. */
  readonly monitor: string | null;
  /** What the monitor depends on, directly or not: ids. */
  readonly ancestors: readonly string[];
  /** The host that is watched; `null` when there is none. */
  readonly host: string | null;
  readonly reason: string | null;
  readonly startedAt: number;
  readonly resolvedAt: number | null;
}

/** What incidents of a storm have in common. */
export interface StormBond {
  readonly kind: 'dependency' | 'host' | 'reason';
  /** The id of a monitor, a host, a reason. */
  readonly value: string;
  /** How many of them. */
  readonly incidents: number;
}

/** Incidents that belong together, in order of their beginnings. */
export interface StormGroup {
  readonly members: readonly StormMember[];
  /** Those that hold most of them together first. */
  readonly bonds: readonly StormBond[];
}

/** How far apart the beginnings of two incidents may lie that belong together. */
export const STORM_GAP: Milliseconds = 60_000;

/**
 * Puts incidents together that have one cause, as far as one can see: those that begin within a minute of each other and
 * share a host, a reason or something they depend on, and those that begin while what they depend on is down. Whatever
 * hangs together by such bonds, over others too, is one group. Two are enough.
 */
export function stormGroups(incidents: readonly StormMember[]): StormGroup[] {
  const sorted = incidents.toSorted((one, other) => one.startedAt - other.startedAt || one.number - other.number);
  const ties: Tie[] = [
    ...near(sorted, 'host', ({ host }) => (host === null ? [] : [host])),
    ...near(sorted, 'reason', ({ reason }) => (reason === null ? [] : [reason])),
    ...near(sorted, 'dependency', ({ ancestors }) => ancestors),
    ...underParents(sorted),
  ];
  const roots = new Roots();
  for (const { members } of ties) for (const number of members) roots.join(members[0] ?? number, number);
  return grouped(sorted, ({ number }) => roots.of(number)).flatMap((members) => {
    // One monitor that fails twice within a minute is no storm.
    if (new Set(members.map(({ monitor, number }) => monitor ?? number)).size < 2) return [];
    const numbers = new Set(members.map(({ number }) => number));
    return [{ members, bonds: bondsOf(ties.filter(({ members: [first = -1] }) => numbers.has(first))) }];
  });
}

/** Incidents that have one thing in common. */
interface Tie extends Omit<StormBond, 'incidents'> {
  readonly members: readonly number[];
}

/** Runs of incidents with a value in common, of which each begins within a minute after the one before. */
function near(
  sorted: readonly StormMember[],
  kind: StormBond['kind'],
  valuesOf: (member: StormMember) => readonly string[],
): Tie[] {
  const runs = new Map<string, { last: number; members: number[] }[]>();
  for (const member of sorted) {
    for (const value of valuesOf(member)) {
      const known = runs.get(value) ?? [];
      const run = known.at(-1);
      if (run !== undefined && member.startedAt - run.last <= STORM_GAP) {
        run.last = member.startedAt;
        run.members.push(member.number);
      } else {
        known.push({ last: member.startedAt, members: [member.number] });
        runs.set(value, known);
      }
    }
  }
  return [...runs].flatMap(([value, known]) =>
    known.flatMap(({ members }) => (members.length > 1 ? [{ kind, value, members }] : [])),
  );
}

/** Each incident in which something was down, and those of what depends on it that began meanwhile. */
function underParents(sorted: readonly StormMember[]): Tie[] {
  const kin = sorted.flatMap((child) => child.ancestors.map((ancestor) => ({ ancestor, child })));
  const children = new Map(
    grouped(kin, ({ ancestor }) => ancestor).map((same) => [same[0]?.ancestor, same.map(({ child }) => child)]),
  );
  return sorted.flatMap((parent): Tie[] => {
    if (parent.monitor === null || parent.kind !== 'down') return [];
    const { startedAt, resolvedAt, monitor } = parent;
    const under = (children.get(monitor) ?? []).filter(
      (child) => child.startedAt >= startedAt - STORM_GAP && child.startedAt <= (resolvedAt ?? Infinity),
    );
    if (under.length === 0) return [];
    return [{ kind: 'dependency', value: monitor, members: [parent.number, ...under.map(({ number }) => number)] }];
  });
}

function bondsOf(ties: readonly Tie[]): StormBond[] {
  return grouped(ties, ({ kind, value }) => `${kind} ${value}`)
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const incidents = new Set(same.flatMap(({ members }) => members)).size;
      return [{ kind: first.kind, value: first.value, incidents }];
    })
    .sort((one, other) => other.incidents - one.incidents || ORDER[one.kind] - ORDER[other.kind]);
}

/** What says more about a cause comes first. */
const ORDER: Readonly<Record<StormBond['kind'], number>> = { dependency: 0, host: 1, reason: 2 };

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => number | string): Item[][] {
  const groups = new Map<number | string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Which numbers belong together. */
class Roots {
  readonly #parent = new Map<number, number>();

  of(number: number): number {
    let root = number;
    for (let next = this.#parent.get(root); next !== undefined; next = this.#parent.get(root)) root = next;
    // Shorter ways for whoever asks next.
    for (let each = number; each !== root;) {
      const next = this.#parent.get(each) ?? root;
      this.#parent.set(each, root);
      each = next;
    }
    return root;
  }

  join(one: number, other: number): void {
    const [low, high] = [this.of(one), this.of(other)].sort((first, second) => first - second);
    if (low !== undefined && high !== undefined && low !== high) this.#parent.set(high, low);
  }
}
