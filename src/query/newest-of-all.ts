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
];

/** Fields of a row of the journal, one after the other: monitor, slot, interval, status, reason, status code, duration. */
type Tails = readonly (number | Status | Reason | null)[];
const TAIL_FIELDS = 7;

/**
 * Many rows as one text of JSON, which is read in half the time that the driver takes for an array a row, and leaves less
 * garbage. The fields of a row stand one after the other; rows in order of slot and location.
 */
const TAILS_TEXT = `'[' || group_concat(
  monitor || ',' || slot || ',' || interval_ms || ',' || json_quote(status) || ',' || json_quote(reason) || ',' ||
  ifnull(status_code, 'null') || ',' || ifnull(duration_us, 'null')) || ']'`;

/** The newest verdicts by key of the monitor. Within a snapshot of the caller. */
export function newestOfAll(database: Database): ReadonlyMap<number, Newest> {
  const text = database
    .prepare<[], string>(
      `SELECT json_group_array(json_array(
         monitor, slot, interval_ms, status, reason, since, status_code, duration_us)) FROM heads`,
    )
    .pluck()
    .get();
  const newest = new Map<number, Head>();
  for (const head of JSON.parse(text ?? '[]') as HeadTuple[]) {
    const [monitor, slot, interval_ms, status, reason, since, status_code, duration_us] = head;
    newest.set(monitor, { monitor, slot, interval_ms, status, reason, since, status_code, duration_us });
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

function tailsFrom(database: Database, slot: number): Tails {
  const text = database
    .prepare<[number], string | null>(
      `SELECT ${TAILS_TEXT} FROM (SELECT * FROM journal WHERE slot >= ? ORDER BY slot, monitor, location)`,
    )
    .pluck()
    .get(slot);
  return JSON.parse(text ?? '[]') as Tails;
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
  const tails = database.prepare<[number, number], string | null>(`
    SELECT ${TAILS_TEXT} FROM (SELECT * FROM journal WHERE slot = ? AND monitor = ? ORDER BY location)`);
  for (const [monitor, slot] of slots) {
    applyTails(newest, JSON.parse(tails.pluck().get(slot, monitor) ?? '[]') as Tails);
  }
}

/** Takes rows, the newest first. One of another status did not give its slot its status. */
function applyTails(newest: ReadonlyMap<number, Head>, tails: Tails): void {
  for (let index = tails.length - TAIL_FIELDS; index >= 0; index -= TAIL_FIELDS) {
    const head = newest.get(tails[index] as number);
    const slot = tails[index + 1] as number;
    if (head === undefined || slot < head.slot || tails[index + 3] !== head.status) continue;
    head.slot = slot;
    head.interval_ms = tails[index + 2] as number;
    head.reason = tails[index + 4] as Reason | null;
    head.status_code = tails[index + 5] as number | null;
    head.duration_us = tails[index + 6] as number | null;
  }
}
