import type { Reason } from '../core/reasons.ts';
import { statusOk, type Status } from '../core/status.ts';
import { formatMoment } from '../core/time-window.ts';
import type { MachineMemory } from '../core/trouble/machine-state.ts';
import { standsUntil } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';
import { configuredMonitors, readTags, type WatchedRow } from './configured-monitors.ts';
import { knownMonitors } from './known-monitors.ts';
import { newestOfAll } from './newest-of-all.ts';
import { newestOf, type Newest } from './newest.ts';
import { inSnapshot } from './snapshot.ts';
import { maintenanceOf, ongoingMaintenance, type OngoingMaintenance } from './trouble/notify-settings.ts';
import { milliseconds } from './units.ts';

/** A monitor as it stands: what it watches, its status, and its last result. */
export interface MonitorAnswer {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Without credentials and query values. */
  readonly target: string;
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly interval_ms: number;
  readonly status: Status;
  /** Since when the status holds, RFC 3339; `null` when nothing was ever measured. */
  readonly since: string | null;
  /** When it vanished from the configuration, RFC 3339; `null` while it is there. */
  readonly removed_at: string | null;
  /** Whether failures were seen that are too few to call it down; the status stays what it was until then. */
  readonly confirming: boolean;
  /** Whether its status changes all the time. */
  readonly flapping: boolean;
  /** The number of the incident that is open. */
  readonly incident: number | null;
  /** The maintenance that it is in, and until when; `null` when it is in none. */
  readonly maintenance: { readonly name: string; readonly until: string } | null;
  /** The newest result, which may be another than the status says: see `confirming`. */
  readonly last: {
    /** RFC 3339. */
    readonly slot: string;
    readonly ok: boolean | null;
    readonly reason: Reason | null;
    readonly status_code: number | null;
    readonly duration_ms: number | null;
  } | null;
}

/** All monitors configured now, in the order in which they were first seen. */
export interface MonitorsAnswer {
  readonly monitors: MonitorAnswer[];
}

/** How do all monitors stand at `now` (ms since the epoch)? */
export function askMonitors(database: Database, { now }: { readonly now: number }): MonitorsAnswer {
  return inSnapshot(database, () => {
    const rows = configuredMonitors(database);
    const newest = newestOfAll(database);
    const trouble = troubleNow(database, now);
    return { monitors: rows.map((row) => answerFor(row, { newest: newest.get(row.key), trouble, now })) };
  });
}

/** How does one monitor stand at `now`? Throws `monitor_not_found`. */
export function askMonitor(
  database: Database,
  { id, now }: { readonly id: string; readonly now: number },
): MonitorsAnswer {
  return inSnapshot(database, () => {
    const rows = knownMonitors(database, id);
    const trouble = troubleNow(database, now);
    return {
      monitors: rows.map((row) => answerFor(watchedRow(row), { newest: newestOf(database, row.key), trouble, now })),
    };
  });
}

/** What is beside the status of any monitor. */
interface TroubleNow {
  /** The numbers of open incidents, by the keys of the monitors. */
  readonly incidents: ReadonlyMap<number, number>;
  readonly ongoing: readonly OngoingMaintenance[];
}

function troubleNow(database: Database, now: number): TroubleNow {
  const open = database.prepare<[]>('SELECT monitor, key FROM incidents WHERE resolved_at IS NULL ORDER BY key').raw();
  return { incidents: new Map(open.all() as [number, number][]), ongoing: ongoingMaintenance(database, now) };
}

interface StandingNow {
  readonly newest: Newest | undefined;
  readonly trouble: TroubleNow;
  readonly now: number;
}

function watchedRow({ tags, enabled, ...row }: MonitorRow): WatchedRow {
  return { ...row, tags: readTags(tags), enabled: enabled === 1 };
}

function answerFor(row: WatchedRow, at: StandingNow): MonitorAnswer {
  const { status, since, last } = standing(row, at);
  const { confirming, flapping } = memoryOf(at.newest);
  const { incidents, ongoing } = at.trouble;
  const { id, tags } = row;
  const window = ongoing.length === 0 ? undefined : maintenanceOf({ id, group: row.group_name, tags }, ongoing);
  return {
    id,
    name: row.name,
    type: row.type,
    target: row.target,
    group: row.group_name,
    tags: { ...tags },
    enabled: row.enabled,
    interval_ms: row.interval_ms,
    status,
    since: since === null ? null : formatMoment(since),
    removed_at: row.removed_at === null ? null : formatMoment(row.removed_at),
    confirming,
    flapping,
    incident: incidents.get(row.key) ?? null,
    maintenance: window === undefined ? null : { name: window.name, until: formatMoment(window.end) },
    last,
  };
}

/** What the status machine remembers of a monitor that its status does not show; nothing of nearly every one. */
function memoryOf(newest: Newest | undefined): Pick<MonitorAnswer, 'confirming' | 'flapping'> {
  if (newest === undefined || newest.machine === null) return NOTHING_REMEMBERED;
  const { failures, flapping } = JSON.parse(newest.machine) as Partial<MachineMemory>;
  return { confirming: failures !== null && failures !== undefined, flapping: flapping === true };
}

const NOTHING_REMEMBERED = { confirming: false, flapping: false } as const;

interface Standing {
  readonly status: Status;
  readonly since: number | null;
  readonly last: MonitorAnswer['last'];
}

function standing(row: WatchedRow, { newest, now }: Pick<StandingNow, 'newest' | 'now'>): Standing {
  if (newest === undefined) return { status: 'unknown', since: null, last: null };
  // The clock was set back by more than a step: what was measured under the old one does not speak for now.
  if (newest.slot > now + newest.interval_ms) return { status: 'unknown', since: null, last: lastResult(newest) };
  const until = standsUntil({ slot: newest.slot, interval: newest.interval_ms, timeout: row.timeout_ms }, now);
  const last = lastResult(newest);
  // Time that is unknown already stays so from where it began: a gap only prolongs it.
  if (until >= now || newest.status === 'unknown') return { status: newest.status, since: newest.since, last };
  return { status: 'unknown', since: until, last };
}

function lastResult(newest: Newest): NonNullable<MonitorAnswer['last']> {
  return {
    slot: formatMoment(newest.slot),
    ok: statusOk(newest.last_status ?? newest.status),
    reason: newest.reason,
    status_code: newest.status_code,
    duration_ms: milliseconds(newest.duration_us),
  };
}
