import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { Database } from '../db/native.ts';
import { readColumns } from './columns.ts';
import { replayFrom, type Newest } from './newest.ts';

/** A head as it was saved, to be brought up to date. Status and beginning of the span are always right. */
type Head = { -readonly [Key in keyof Newest]: Newest[Key] } & {
  /** The place whose word it is; beyond all of them as long as it is as it was saved. */
  location: number;
};

const HEADS = {
  columns: [
    'monitor',
    'slot',
    'interval_ms',
    'status',
    'reason',
    'since',
    'status_code',
    'duration_us',
    'last_status',
    'machine',
  ],
  from: 'heads',
};

type HeadColumns = [
  monitors: number[],
  slots: number[],
  intervals: number[],
  statuses: Status[],
  reasons: (Reason | null)[],
  sinces: number[],
  statusCodes: (number | null)[],
  durations: (number | null)[],
  lastStatuses: (Status | null)[],
  machines: (string | null)[],
];

const TAIL_COLUMNS = ['slot', 'location', 'monitor', 'interval_ms', 'status', 'reason', 'status_code', 'duration_us'];

/** Rows of the journal that may be newer than the heads. */
type Tails = [
  slots: number[],
  locations: number[],
  monitors: number[],
  intervals: number[],
  statuses: Status[],
  reasons: (Reason | null)[],
  statusCodes: (number | null)[],
  durations: (number | null)[],
];

/** The newest verdicts by key of the monitor. Within a snapshot of the caller. */
export function newestOfAll(database: Database): ReadonlyMap<number, Newest> {
  const newest = savedHeads(database);
  bringUpToDate(database, newest);
  return newest;
}

function savedHeads(database: Database): Map<number, Head> {
  const columns = readColumns(database, HEADS) as HeadColumns;
  const [monitors, slots, intervals, statuses, reasons, sinces, statusCodes, durations, lastStatuses, machines] =
    columns;
  const heads = new Map<number, Head>();
  for (const [index, monitor] of monitors.entries()) {
    heads.set(monitor, {
      monitor,
      slot: slots[index] ?? 0,
      interval_ms: intervals[index] ?? 0,
      status: statuses[index] ?? 'unknown',
      reason: reasons[index] ?? null,
      since: sinces[index] ?? 0,
      status_code: statusCodes[index] ?? null,
      duration_us: durations[index] ?? null,
      last_status: lastStatuses[index] ?? null,
      machine: machines[index] ?? null,
      location: Infinity,
    });
  }
  return heads;
}

/**
 * Brings saved heads, by key of the monitor, up to date. They are saved now and then only; what is newer is read from the
 * end of the journal: first about as many rows as there are monitors, which for most of them is all there is to know.
 */
function bringUpToDate(database: Database, newest: ReadonlyMap<number, Head>): void {
  const from = replayFrom(database);
  const border = database
    .prepare<[number, number], number>('SELECT slot FROM journal WHERE slot >= ? ORDER BY slot DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(from, newest.size);
  const start = border === undefined ? from : border + 1;
  applyTails(newest, readColumns(database, { columns: TAIL_COLUMNS, from: 'journal WHERE slot >= ?' }, start) as Tails);
  if (border !== undefined) bringOthersUpToDate(database, newest, { from, to: border });
}

/** Those of which nothing was found among the newest rows: they are checked seldom, or not any more. */
function bringOthersUpToDate(
  database: Database,
  newest: ReadonlyMap<number, Head>,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const others = new Set<number>();
  for (const { monitor, slot } of newest.values()) if (slot <= to) others.add(monitor);
  if (others.size === 0) return;
  const between = 'FROM journal WHERE slot >= ? AND slot <= ?';
  const monitors = database.prepare<[number, number], number>(`SELECT monitor ${between}`).pluck().all(from, to);
  if (!monitors.some((monitor) => others.has(monitor))) return;
  const slots = new Map<number, number>();
  const rows = database.prepare<[number, number]>(`SELECT monitor, slot ${between} ORDER BY slot`).raw();
  for (const [monitor, slot] of rows.all(from, to) as [number, number][]) {
    if (others.has(monitor)) slots.set(monitor, slot);
  }
  const one = { columns: TAIL_COLUMNS, from: 'journal WHERE slot = ? AND monitor = ?' };
  for (const [monitor, slot] of slots) applyTails(newest, readColumns(database, one, slot, monitor) as Tails);
}

/** Of several verdicts on one slot the higher one counts, as in core/status-machine.ts. */
const WEIGHT: Readonly<Record<Status, number>> = { unknown: 0, up: 1, degraded: 2, down: 3 };

/** Takes rows. Of several locations that reported on a slot the worst stands for it, of equal ones the first. */
function applyTails(newest: ReadonlyMap<number, Head>, tails: Tails): void {
  const [slots, locations, monitors, intervals, statuses, reasons, statusCodes, durations] = tails;
  for (const [index, monitor] of monitors.entries()) {
    const head = newest.get(monitor);
    const tail = {
      slot: slots[index] ?? 0,
      location: locations[index] ?? 0,
      status: statuses[index] ?? 'unknown',
    };
    if (head === undefined || !outweighs(tail, head)) continue;
    head.slot = tail.slot;
    head.location = tail.location;
    head.interval_ms = intervals[index] ?? 0;
    head.last_status = tail.status === head.status ? null : tail.status;
    head.reason = reasons[index] ?? null;
    head.status_code = statusCodes[index] ?? null;
    head.duration_us = durations[index] ?? null;
  }
}

function outweighs({ slot, location, status }: Pick<Head, 'slot' | 'location' | 'status'>, head: Head): boolean {
  if (slot !== head.slot) return slot > head.slot;
  const more = WEIGHT[status] - WEIGHT[head.last_status ?? head.status];
  return more > 0 || (more === 0 && location <= head.location);
}
