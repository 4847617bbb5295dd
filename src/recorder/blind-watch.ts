import type { CheckResult } from '../core/outcome.ts';
import type { EventProof } from '../core/trouble/event.ts';
import type { Database } from '../db/native.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';
import { endIncident, type TroubleTables } from './end-incident.ts';
import { causeOfResult } from './trouble-cause.ts';

/** A place from which nothing that was cut off is checked any more sees again when others have seen for so long, ms. */
const SEEN_OTHERWISE_MS = 5 * 60_000;
const SEEN_OTHERWISE_INTERVALS = 1.5;

/** A place that is cut off from the network. */
interface Blindness {
  readonly incident: number;
  readonly startedAt: number;
  /** Results by which others do not prove that it sees again, while those lie before this slot. */
  until: number;
}

/** A result from some place. */
export interface SightedResult {
  readonly result: CheckResult;
  readonly row: JournalRow;
  /** How its monitor stood before. */
  readonly head: HeadRow | undefined;
  /** Wall-clock time, ms. */
  readonly now: number;
}

/**
 * Opens one incident for each place from which we are cut off, and ends it once a monitor that could not be seen is seen
 * again: what lies on our side of the cut is seen all the time. All calls within a transaction of the caller.
 */
export class BlindWatch {
  readonly #database: Database;
  readonly #tables: TroubleTables;
  readonly #blind = new Map<number, Blindness>();
  /** Until which slot each place was blind last. */
  readonly #sightedAt = new Map<number, number>();

  constructor(database: Database, tables: TroubleTables) {
    this.#database = database;
    this.#tables = tables;
    this.reload();
  }

  /** Whether any place is blind. */
  get isAny(): boolean {
    return this.#blind.size > 0;
  }

  /** Reads what is committed: at the start, and after a transaction that failed. */
  reload(): void {
    this.#blind.clear();
    this.#sightedAt.clear();
    const rows = this.#database
      .prepare<[], { key: number; location: number; started_at: number; resolved_at: number | null }>(
        "SELECT key, location, started_at, resolved_at FROM incidents WHERE kind = 'blind' ORDER BY key",
      )
      .all();
    for (const { key, location, started_at, resolved_at } of rows) {
      if (resolved_at === null) {
        this.#blind.set(location, { incident: key, startedAt: started_at, until: this.#untilOf(location, started_at) });
      } else {
        this.#sightedAt.set(location, Math.max(resolved_at, this.#sightedAt.get(location) ?? 0));
      }
    }
  }

  /** Takes in a result that is newer than its monitor's others. */
  see(seen: SightedResult): void {
    const { row } = seen;
    const known = this.#blind.get(row.location);
    if (row.reason === 'cut_off') {
      if (known !== undefined) known.until = Math.max(known.until, quietUntil(row));
      else if (row.slot >= (this.#sightedAt.get(row.location) ?? 0)) this.#open(seen);
    } else if (known !== undefined && row.status !== 'unknown' && this.#proves(seen, known)) {
      this.#end(seen, known);
    }
  }

  /** Takes in a result that came late: nobody becomes blind or sighted by it. */
  seeLate(row: JournalRow): void {
    const known = this.#blind.get(row.location);
    if (known !== undefined && row.reason === 'cut_off') known.until = Math.max(known.until, quietUntil(row));
  }

  #proves({ row, head }: SightedResult, { startedAt, until }: Blindness): boolean {
    if (row.slot <= startedAt) return false;
    return (head?.last_status ?? head?.status) === 'unknown' || row.slot > until;
  }

  #open({ result, row, now }: SightedResult): void {
    const { incidents, timeline, outbox } = this.#tables;
    const { slot, location } = row;
    const cause = causeOfResult(result, undefined);
    const incident = incidents.open({
      kind: 'blind',
      monitor: null,
      location,
      severity: 'warning',
      status: 'unknown',
      started_at: slot,
      opened_at: Math.floor(now),
      cause: JSON.stringify(cause),
      flapping: 0,
    });
    timeline.add(incident, slot, 'first_failure', { slot, cause });
    const data = { to: 'unknown', since: slot, cause, location: result.location } as const;
    outbox.add({ kind: 'blind', at: now, monitor: null, incident, severity: 'warning', data });
    this.#blind.set(location, { incident, startedAt: slot, until: quietUntil(row) });
  }

  #end({ result, row, now }: SightedResult, { incident: number }: Blindness): void {
    const { slot, location } = row;
    this.#blind.delete(location);
    this.#sightedAt.set(location, slot);
    const incident = this.#tables.incidents.find(number);
    // It may have been ended by hand.
    if (incident === undefined || incident.resolved_at !== null) return;
    this.#tables.timeline.add(number, slot, 'first_success', { slot });
    const proof: EventProof = { rule: 'network.references', count: 1, first: slot, last: slot };
    const ending = { now, resolvedAt: slot, resolution: 'recovered', proof, from: 'unknown', to: 'up' } as const;
    endIncident(this.#tables, incident, { ...ending, event: 'sighted', location: result.location });
  }

  #untilOf(location: number, startedAt: number): number {
    const until = this.#database
      .prepare<[number, number, number, number], number | null>(
        `SELECT max(slot + max(?, ? * interval_ms)) FROM journal
         WHERE slot >= ? AND location = ? AND reason = 'cut_off'`,
      )
      .pluck()
      .get(SEEN_OTHERWISE_MS, SEEN_OTHERWISE_INTERVALS, startedAt, location);
    return until ?? startedAt + SEEN_OTHERWISE_MS;
  }
}

function quietUntil({ slot, interval_ms }: JournalRow): number {
  return slot + Math.max(SEEN_OTHERWISE_MS, SEEN_OTHERWISE_INTERVALS * interval_ms);
}
