import { MOST_MONITORS } from '../core/history/history-key.ts';
import type { ExportedMonitor } from '../core/history/export-line.ts';
import { exportedRules, importedRules } from '../core/history/exported-rules.ts';
import { AT_ONCE } from '../core/trouble/rules.ts';
import { noteMonitorsChanged } from '../db/meta-values.ts';
import type { Database, Statement } from '../db/native.ts';
import { LocationTable } from './location-table.ts';

/** A monitor's timeout when nobody told it, ms: that of the configuration. */
const USUAL_TIMEOUT_MS = 10_000;

/** Ids of monitors and names of locations, and their keys. A monitor that is not known is added as one that was removed. */
export class ImportedNames {
  readonly #database: Database;
  readonly #keys: Map<string, number>;
  readonly #add: Statement;
  readonly #locations: LocationTable;
  readonly #now: number;
  readonly #told = new Map<string, ExportedMonitor>();
  /** Monitors that were added. */
  added = 0;

  constructor(database: Database, now: number) {
    this.#database = database;
    const rows = database.prepare<[], { id: string; key: number }>('SELECT id, key FROM monitors').all();
    this.#keys = new Map(rows.map(({ id, key }) => [id, key]));
    this.#add = database.prepare(`
      INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at,
        removed_at, rules) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#locations = new LocationTable(database);
    this.#now = Math.floor(now);
  }

  /** Takes in what is said of a monitor, and adds it when it is not known. A fault is worded for a person. */
  tell(monitor: ExportedMonitor): { readonly fault: string } | undefined {
    if (this.#keys.has(monitor.id)) return undefined;
    this.#told.set(monitor.id, monitor);
    const key = this.keyOf(monitor.id, monitor.interval_ms);
    return typeof key === 'number' ? undefined : key;
  }

  /** The key of a monitor with an interval, ms, for one of which nothing else is known. */
  keyOf(id: string, interval: number): number | { readonly fault: string } {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) return { fault: 'monitor: not the id of a monitor' };
    if (this.#keys.size >= MOST_MONITORS) return { fault: 'monitor: there is no room for more monitors' };
    const key = this.#insert(this.#told.get(id) ?? unknownMonitor(id, interval));
    this.#keys.set(id, key);
    this.added += 1;
    return key;
  }

  /** The key of a location. */
  locationOf(name: string): number | { readonly fault: string } {
    return this.#locations.keyOf(name) ?? { fault: 'location: there is no room for more locations' };
  }

  #insert(monitor: ExportedMonitor): number {
    const { id, name, type, target, group, tags, enabled, interval_ms, timeout_ms, created_at, removed_at } = monitor;
    const removed = removed_at === null ? this.#now : Date.parse(removed_at);
    const created = Date.parse(created_at);
    const { rules = null } = monitor;
    const judgedBy = rules === null ? null : JSON.stringify(importedRules(rules));
    const what = [id, name, type, target, group, JSON.stringify(tags), enabled ? 1 : 0, interval_ms, timeout_ms];
    const key = Number(this.#add.run(what, created, removed, judgedBy).lastInsertRowid);
    noteMonitorsChanged(this.#database);
    return key;
  }
}

function unknownMonitor(id: string, interval: number): ExportedMonitor {
  return {
    kind: 'monitor',
    id,
    name: id,
    type: 'unknown',
    target: '',
    group: null,
    tags: {},
    enabled: true,
    interval_ms: interval,
    timeout_ms: Math.min(interval, USUAL_TIMEOUT_MS),
    created_at: new Date(0).toISOString(),
    removed_at: null,
    // Nobody says that a failure had to be confirmed.
    rules: exportedRules(AT_ONCE),
    last: null,
  };
}
