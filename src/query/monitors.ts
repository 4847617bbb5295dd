import type { Reason } from '../core/reasons.ts';
import { statusOk, type Status } from '../core/status.ts';
import { formatMoment } from '../core/time-window.ts';
import { standsUntil } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import { knownMonitors } from './known-monitors.ts';
import { newestOf, type Newest } from './newest.ts';
import { configuredStandings, type StandingRow } from './standings.ts';
import { inSnapshot } from './snapshot.ts';
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
    const standings = configuredStandings(database);
    return { monitors: standings.map(({ row, newest }) => answerFor(row, { newest, now })) };
  });
}

/** How does one monitor stand at `now`? Throws `monitor_not_found`. */
export function askMonitor(
  database: Database,
  { id, now }: { readonly id: string; readonly now: number },
): MonitorsAnswer {
  return inSnapshot(database, () => {
    const rows = knownMonitors(database, id);
    return { monitors: rows.map((row) => answerFor(row, { newest: newestOf(database, row.key), now })) };
  });
}

function answerFor(row: StandingRow, at: { readonly newest: Newest | undefined; readonly now: number }): MonitorAnswer {
  const { status, since, last } = standing(row, at);
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    target: row.target,
    group: row.group_name,
    tags: row.tags === '{}' ? {} : (JSON.parse(row.tags) as Record<string, string>),
    enabled: row.enabled === 1,
    interval_ms: row.interval_ms,
    status,
    since: since === null ? null : formatMoment(since),
    removed_at: row.removed_at === null ? null : formatMoment(row.removed_at),
    last,
  };
}

interface Standing {
  readonly status: Status;
  readonly since: number | null;
  readonly last: MonitorAnswer['last'];
}

function standing(
  row: StandingRow,
  { newest, now }: { readonly newest: Newest | undefined; readonly now: number },
): Standing {
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
    ok: statusOk(newest.status),
    reason: newest.reason,
    status_code: newest.status_code,
    duration_ms: milliseconds(newest.duration_us),
  };
}
