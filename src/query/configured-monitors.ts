import { monitorsVersionOf } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { readColumns } from './columns.ts';

/** What is told of a monitor beside how it stands. */
export interface WatchedRow extends Readonly<
  Pick<MonitorRow, 'key' | 'id' | 'name' | 'type' | 'target' | 'group_name' | 'interval_ms' | 'timeout_ms'>
> {
  readonly enabled: boolean;
  /** Shared by all who ask: an answer gets a copy. */
  readonly tags: Readonly<Record<string, string>>;
  readonly removed_at: number | null;
}

interface Kept {
  readonly version: string;
  readonly rows: readonly WatchedRow[];
}

/** More rows than this, about 10 MB, are read each time. */
const MOST_KEPT = 20_000;

/** The configured monitors as they were last read by each connection. */
const keptRows = new WeakMap<Database, Kept>();

/**
 * The configured monitors, in the order in which they were first seen. They change seldom and are asked for all the time, so
 * they are read again only when the database says that they were changed. Within a snapshot of the caller.
 */
export function configuredMonitors(database: Database): readonly WatchedRow[] {
  const version = monitorsVersionOf(database);
  const kept = keptRows.get(database);
  if (kept !== undefined && kept.version === version) return kept.rows;
  const rows = readRows(database);
  if (version !== undefined && rows.length <= MOST_KEPT) keptRows.set(database, { version, rows });
  else keptRows.delete(database);
  return rows;
}

const CONFIGURED = {
  columns: ['key', 'id', 'name', 'type', 'target', 'group_name', 'tags', 'enabled', 'interval_ms', 'timeout_ms'],
  from: 'monitors WHERE removed_at IS NULL',
};

type Columns = [
  keys: number[],
  ids: string[],
  names: string[],
  types: string[],
  targets: string[],
  groups: (string | null)[],
  tags: string[],
  enabled: number[],
  intervals: number[],
  timeouts: number[],
];

function readRows(database: Database): WatchedRow[] {
  const columns = readColumns(database, CONFIGURED) as Columns;
  const [keys, ids, names, types, targets, groups, tags, enabled, intervals, timeouts] = columns;
  const rows = keys.map((key, index) => ({
    key,
    id: ids[index] ?? '',
    name: names[index] ?? '',
    type: types[index] ?? '',
    target: targets[index] ?? '',
    group_name: groups[index] ?? null,
    tags: readTags(tags[index] ?? '{}'),
    enabled: enabled[index] === 1,
    interval_ms: intervals[index] ?? 0,
    timeout_ms: timeouts[index] ?? 0,
    removed_at: null,
  }));
  return rows.sort((one, other) => one.key - other.key);
}

/** The tags of a monitor as its row has them. */
export function readTags(text: string): Readonly<Record<string, string>> {
  return text === '{}' ? NO_TAGS : Object.freeze(JSON.parse(text) as Record<string, string>);
}

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});
