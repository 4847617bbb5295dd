import type { MonitorFacts } from '../core/notify/situation.ts';
import type { MachineMemory } from '../core/trouble/machine-state.ts';
import type { Database, Statement } from './native.ts';
import type { MonitorRow } from './schema.ts';

/** A monitor and its key. */
export interface KnownMonitor {
  readonly key: number;
  readonly facts: MonitorFacts;
  /** Jobs that report by themselves cannot be looked at. */
  readonly isPush: boolean;
  /** Whether it is configured and enabled. */
  readonly isWatched: boolean;
}

type FamilyRow = Pick<
  MonitorRow,
  'key' | 'id' | 'name' | 'type' | 'target' | 'group_name' | 'tags' | 'enabled' | 'removed_at' | 'severity'
> & { readonly depends_on: string | null };

const COLUMNS = 'key, id, name, type, target, group_name, tags, enabled, removed_at, severity, depends_on';

/** The newest result of a monitor is looked for in so much of the journal, ms; its head tells of older ones. */
const LOOK_BACK_MS = 60_000;

/** Who writes to the database says when monitors are configured anew (`reconfigured`); else it is looked so often, ms. */
const CONFIGURED_FOR_MS = 60_000;

/**
 * Monitors and who depends on whom, as the database has them. What is seen of them is remembered until `refresh`, how they
 * are configured for longer: there may be thousands, and what happens to them is asked one by one.
 */
export class MonitorFamily {
  readonly #byId: Statement<[string], FamilyRow>;
  readonly #dependent: Statement<[], FamilyRow>;
  readonly #everyOne: Statement<[], FamilyRow>;
  readonly #openDown: Statement<[number], number>;
  readonly #allDown: Statement<[], number>;
  readonly #head: Statement<[number], { readonly slot: number; readonly machine: string | null }>;
  readonly #newest: Statement<[number, number], number | null>;
  readonly #newestSlot: ((monitor: number) => number | undefined) | undefined;
  #known = new Map<string, KnownMonitor>();
  /** Monotonic, ms. */
  #readAt = -Infinity;
  #children: ReadonlyMap<string, readonly KnownMonitor[]> | undefined;
  #down = new Map<number, number | undefined>();
  #slots = new Map<number, { readonly slot: number; readonly confirming: boolean }>();

  constructor(database: Database, newestSlot?: (monitor: number) => number | undefined) {
    this.#newestSlot = newestSlot;
    this.#byId = database.prepare(`SELECT ${COLUMNS} FROM monitors WHERE id = ?`);
    this.#everyOne = database.prepare(`SELECT ${COLUMNS} FROM monitors WHERE removed_at IS NULL AND enabled = 1`);
    this.#dependent = database.prepare(`
      SELECT ${COLUMNS} FROM monitors WHERE depends_on IS NOT NULL AND removed_at IS NULL AND enabled = 1`);
    this.#openDown = database
      .prepare<[number], number>(`
        SELECT key FROM incidents
        WHERE monitor = ? AND resolved_at IS NULL AND kind = 'down' AND status IN ('down', 'unknown')
        ORDER BY key DESC LIMIT 1`)
      .pluck();
    this.#allDown = database
      .prepare<[], number>(`
        SELECT monitor FROM incidents INDEXED BY incidents_open
        WHERE resolved_at IS NULL AND monitor IS NOT NULL AND kind = 'down' AND status IN ('down', 'unknown')`)
      .pluck();
    this.#head = database.prepare('SELECT slot, machine FROM heads WHERE monitor = ?');
    this.#newest = database
      .prepare<[number, number], number | null>('SELECT max(slot) FROM journal WHERE monitor = ? AND slot >= ?')
      .pluck();
  }

  /** Forgets what was read. */
  refresh(): void {
    this.#down = new Map();
    this.#slots = new Map();
    const now = performance.now();
    if (now - this.#readAt < CONFIGURED_FOR_MS) return;
    this.#readAt = now;
    this.#known = new Map();
    this.#children = undefined;
  }

  /** Has `refresh` forget how monitors are configured, too. */
  reconfigured(): void {
    this.#readAt = -Infinity;
  }

  /** A monitor by its id, also one that is not watched any more. */
  monitor(id: string): KnownMonitor | undefined {
    const remembered = this.#known.get(id);
    if (remembered !== undefined) return remembered;
    const row = this.#byId.get(id);
    if (row === undefined) return undefined;
    const known = knownOf(row);
    this.#known.set(id, known);
    return known;
  }

  facts(id: string): MonitorFacts | undefined {
    return this.monitor(id)?.facts;
  }

  /** All that are watched. */
  watched(): KnownMonitor[] {
    return this.#everyOne.all().map(knownOf);
  }

  /** What a monitor depends on, directly or not, the nearest first; only what is watched. */
  ancestorsOf(id: string): KnownMonitor[] {
    return this.#related(id, ({ facts }) =>
      facts.dependsOn.map((parent) => this.monitor(parent)).filter((parent) => parent !== undefined),
    );
  }

  /** What depends on a monitor, directly or not, the nearest first; only what is watched. */
  dependantsOf(id: string): KnownMonitor[] {
    this.#children ??= childrenOf(this.#dependent.all().map(knownOf));
    const children = this.#children;
    return children.size === 0 ? [] : this.#related(id, ({ facts }) => children.get(facts.id) ?? []);
  }

  /** The number of the open incident of a monitor that is down. */
  downIncidentOf({ key }: KnownMonitor): number | undefined {
    if (!this.#down.has(key)) this.#down.set(key, this.#openDown.get(key));
    return this.#down.get(key);
  }

  /** The keys of all monitors that have an open incident and are down. */
  down(): ReadonlySet<number> {
    return new Set(this.#allDown.all());
  }

  /** Whether something was seen of a monitor since a moment, and nothing is being confirmed. */
  isKnownSince(monitor: KnownMonitor, moment: number, now: number): boolean {
    const { slot, confirming } = this.#newestOf(monitor, now);
    return !confirming && (monitor.isPush || slot >= moment);
  }

  /** The newest slot of a monitor that has a result, as far as it is known; -Infinity when it has none. */
  newestSlotOf(monitor: KnownMonitor, now: number): number {
    return this.#newestOf(monitor, now).slot;
  }

  #newestOf({ key }: KnownMonitor, now: number): { readonly slot: number; readonly confirming: boolean } {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const head = this.#head.get(key);
    const written = head?.slot ?? -Infinity;
    const newer = this.#newestSlot?.(key) ?? this.#newest.get(key, Math.floor(now - LOOK_BACK_MS)) ?? written;
    const found = { slot: Math.max(written, newer), confirming: isConfirming(head?.machine ?? null) };
    this.#slots.set(key, found);
    return found;
  }

  #related(id: string, next: (monitor: KnownMonitor) => readonly KnownMonitor[]): KnownMonitor[] {
    const start = this.monitor(id);
    if (start === undefined) return [];
    const seen = new Set([id]);
    const found: KnownMonitor[] = [];
    const queue = [start];
    for (let current = queue.shift(); current !== undefined; current = queue.shift()) {
      for (const other of next(current)) {
        if (seen.has(other.facts.id) || !other.isWatched) continue;
        seen.add(other.facts.id);
        found.push(other);
        queue.push(other);
      }
    }
    return found;
  }
}

function childrenOf(monitors: readonly KnownMonitor[]): Map<string, KnownMonitor[]> {
  const children = new Map<string, KnownMonitor[]>();
  for (const monitor of monitors) {
    for (const parent of monitor.facts.dependsOn) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [monitor]);
      else known.push(monitor);
    }
  }
  return children;
}

function knownOf(row: FamilyRow): KnownMonitor {
  const { key, id, name, type, target, group_name, tags, enabled, removed_at, severity, depends_on } = row;
  return {
    key,
    isPush: type === 'push',
    isWatched: removed_at === null && enabled === 1,
    facts: {
      id,
      name,
      target,
      severity,
      group: group_name,
      tags: JSON.parse(tags) as Record<string, string>,
      dependsOn: depends_on === null ? [] : (JSON.parse(depends_on) as string[]),
    },
  };
}

function isConfirming(machine: string | null): boolean {
  return machine !== null && (JSON.parse(machine) as MachineMemory).failures !== null;
}
