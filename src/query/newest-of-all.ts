import type { Reason } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { Database } from '../db/native.ts';
import { replayFrom, type Newest } from './newest.ts';

/** A head as it was saved, to be brought up to date. Status and beginning of the span are always right. */
export type Head = { -readonly [Key in keyof Newest]: Newest[Key] };

type HeadTuple = [
  monitor: number,
  slot: number,
  interval: number,
  status: Status,
  reason: Reason | null,
  since: number,
  statusCode: number | null,
  duration: number | null,
  lastStatus: Status | null,
  machine: string | null,
];

type TailTuple = [
  slot: number,
  location: number,
  monitor: number,
  interval: number,
  status: Status,
  reason: Reason | null,
  statusCode: number | null,
  duration: number | null,
];

/**
 * Rows as one text of JSON: for thousands of them it is read in two thirds of the time that the driver takes for an array
 * a row, and leaves less garbage. In no order.
 */
const TAILS_TEXT = `json_group_array(json_array(
  slot, location, monitor, interval_ms, status, reason, status_code, duration_us))`;

/** The newest verdicts by key of the monitor. Within a snapshot of the caller. */
export function newestOfAll(database: Database): ReadonlyMap<number, Newest> {
  const text = database
    .prepare<[], string>(
      `SELECT json_group_array(json_array(
         monitor, slot, interval_ms, status, reason, since, status_code, duration_us, last_status, machine)) FROM heads`,
    )
    .pluck()
    .get();
  const newest = new Map<number, Head>();
  for (const head of JSON.parse(text ?? '[]') as HeadTuple[]) {
    const [monitor, slot, interval_ms, status, reason, since, status_code, duration_us, last_status, machine] = head;
    const verdict = { slot, interval_ms, status, reason, since, status_code, duration_us, last_status };
    newest.set(monitor, { monitor, ...verdict, machine });
  }
  bringUpToDate(database, newest);
  return newest;
}

/**
 * Brings saved heads, by key of the monitor, up to date. They are saved now and then only; what is newer is read from the
 * end of the journal: first about as many rows as there are monitors, which for most of them is all there is to know.
 */
export function bringUpToDate(database: Database, newest: ReadonlyMap<number, Head>): void {
  const from = replayFrom(database);
  const border = database
    .prepare<[number, number], number>('SELECT slot FROM journal WHERE slot >= ? ORDER BY slot DESC LIMIT 1 OFFSET ?')
    .pluck()
    .get(from, newest.size);
  applyTails(newest, tailsFrom(database, border === undefined ? from : border + 1));
  if (border !== undefined) bringOthersUpToDate(database, newest, { from, to: border });
}

function tailsFrom(database: Database, slot: number): TailTuple[] {
  const text = database
    .prepare<[number], string>(`SELECT ${TAILS_TEXT} FROM journal WHERE slot >= ?`)
    .pluck()
    .get(slot);
  return JSON.parse(text ?? '[]') as TailTuple[];
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
  const tails = database.prepare<[number, number], string>(
    `SELECT ${TAILS_TEXT} FROM journal WHERE slot = ? AND monitor = ?`,
  );
  for (const [monitor, slot] of slots) {
    applyTails(newest, JSON.parse(tails.pluck().get(slot, monitor) ?? '[]') as TailTuple[]);
  }
}

/** Of several verdicts on one slot the higher one counts, as in core/status-machine.ts. */
const WEIGHT: Readonly<Record<Status, number>> = { unknown: 0, up: 1, degraded: 2, down: 3 };

/** Takes rows. Of several locations that reported on a slot the worst stands for it, of equal ones the first. */
function applyTails(newest: ReadonlyMap<number, Head>, tails: TailTuple[]): void {
  tails.sort((one, other) => other[0] - one[0] || other[1] - one[1]);
  for (const [slot, , monitor, interval, status, reason, statusCode, duration] of tails) {
    const head = newest.get(monitor);
    if (head === undefined || slot < head.slot) continue;
    if (slot === head.slot && WEIGHT[status] < WEIGHT[head.last_status ?? head.status]) continue;
    head.slot = slot;
    head.interval_ms = interval;
    head.last_status = status === head.status ? null : status;
    head.reason = reason;
    head.status_code = statusCode;
    head.duration_us = duration;
  }
}
