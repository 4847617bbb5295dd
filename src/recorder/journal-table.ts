import { joinVerdicts, type Verdict } from '../core/status-machine.ts';
import type { Status } from '../core/status.ts';
import type { Database, Statement } from '../db/native.ts';
import type { JournalRow } from '../db/schema.ts';
import { placesFor, RowInserter } from './row-inserter.ts';

/** The place of a slot in a monitor's chain of slots. */
interface Link {
  readonly verdict: Verdict;
  /** The slot before, if there is one. */
  readonly previousSlot: number;
}

/** What lies around a slot in a monitor's history. */
export interface Neighbours {
  readonly previous: Verdict | undefined;
  /** What other locations said about this very slot. */
  readonly same: Verdict | undefined;
  readonly next: Verdict | undefined;
}

/** What lies around a slot as far as the journal knows. */
export interface ChainPlace extends Neighbours {
  /** Where the chain says the slot before is, whether or not it is in the journal. */
  readonly previousSlot: number;
}

/** What a row tells of the cause of trouble. */
export type SeenRow = Pick<JournalRow, 'reason' | 'message' | 'status_code' | 'duration_us'>;

type LinkRow = Pick<JournalRow, 'interval_ms' | 'back_ms' | 'status' | 'reason'>;

/** Appends to the journal and walks the chain of one monitor's slots. All calls within a transaction of the caller. */
export class JournalTable {
  readonly #rows: RowInserter;
  /** For results that only say that all is well, as nearly all do. */
  readonly #plain: RowInserter;
  readonly #at: Statement<[number, number], LinkRow>;
  readonly #seen: Statement<[number, number, string], SeenRow>;
  readonly #relink: Statement<[number | null, number, number]>;

  constructor(database: Database) {
    this.#rows = new RowInserter(database, {
      insert: `INSERT INTO journal (slot, monitor, location, interval_ms, back_ms, status, reason, status_code, late_ms,
        duration_us, dns_us, connect_us, tls_us, wait_us, body_us, message, traced, family, attempt)`,
      row: placesFor(19),
      conflict: 'ON CONFLICT DO NOTHING',
    });
    this.#plain = new RowInserter(database, {
      insert: `INSERT INTO journal (slot, monitor, location, interval_ms, status, status_code, late_ms, duration_us,
        dns_us, connect_us, tls_us, wait_us, body_us, traced, family)`,
      row: "(?, ?, ?, ?, 'up', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      conflict: 'ON CONFLICT DO NOTHING',
    });
    this.#at = database.prepare(
      'SELECT interval_ms, back_ms, status, reason FROM journal WHERE slot = ? AND monitor = ?',
    );
    this.#seen = database.prepare(
      'SELECT reason, message, status_code, duration_us FROM journal WHERE slot = ? AND monitor = ? AND status = ? LIMIT 1',
    );
    this.#relink = database.prepare(
      'UPDATE journal SET back_ms = nullif(?, interval_ms) WHERE slot = ? AND monitor = ?',
    );
  }

  /**
   * Adds a row of which there is none yet: it is newer than all others of its monitor. Written with the next ones, or when
   * `settle` is called.
   */
  append(row: JournalRow): void {
    if (isPlain(row)) {
      putPlain(this.#plain.values, this.#plain.add(), row);
      return;
    }
    const { values } = this.#rows;
    let at = this.#rows.add();
    for (const value of valuesOf(row)) {
      values[at] = value;
      at += 1;
    }
  }

  /** Writes what was appended; before the journal is read, and before the transaction is committed. */
  settle(): void {
    this.#plain.settle();
    this.#rows.settle();
  }

  /** Forgets what a transaction that failed had appended. */
  discard(): void {
    this.#plain.discard();
    this.#rows.discard();
  }

  /** Adds a row; false when there is one of that slot, monitor and location, which is then left as it is. */
  insert(row: JournalRow): boolean {
    return this.#rows.insert(valuesOf(row));
  }

  /** What was seen for a slot, by whichever location came first; `undefined` when it is not here (any more). */
  seenAt(monitor: number, slot: number, status: Status): SeenRow | undefined {
    const found = this.#seen.get(slot, monitor, status);
    if (found !== undefined) return found;
    // It may be of this very transaction.
    this.settle();
    return this.#seen.get(slot, monitor, status);
  }

  /** Names the slot before `slot` anew. */
  relink(monitor: number, slot: number, previousSlot: number): void {
    this.#relink.run(slot - previousSlot, slot, monitor);
  }

  /**
   * Finds what lies around a slot, from the newest slot backwards, and none of what lies before `from`. Costs one look-up a
   * slot walked over.
   */
  neighbours(monitor: number, slot: number, range: { readonly from: number; readonly newest: number }): ChainPlace {
    let next: Verdict | undefined;
    let link = this.#linkAt(monitor, range.newest);
    let previousSlot = range.newest;
    while (link !== undefined && link.verdict.slot > slot) {
      next = link.verdict;
      previousSlot = link.previousSlot;
      link = previousSlot < range.from ? undefined : this.#linkAt(monitor, previousSlot);
    }
    if (link?.verdict.slot !== slot) return { previous: link?.verdict, same: undefined, next, previousSlot };
    previousSlot = link.previousSlot;
    const before = previousSlot < range.from ? undefined : this.#linkAt(monitor, previousSlot);
    return { previous: before?.verdict, same: link.verdict, next, previousSlot };
  }

  #linkAt(monitor: number, slot: number): Link | undefined {
    const rows = this.#at.all(slot, monitor);
    const [first] = rows;
    if (first === undefined) return undefined;
    const verdicts = rows.map(({ interval_ms, status, reason }) => ({ slot, interval: interval_ms, status, reason }));
    return {
      verdict: verdicts.reduce(joinVerdicts),
      previousSlot: slot - (first.back_ms ?? first.interval_ms),
    };
  }
}

function isPlain({ status, reason, message, back_ms, attempt }: JournalRow): boolean {
  return status === 'up' && reason === null && message === null && back_ms === null && attempt === null;
}

function putPlain(values: unknown[], at: number, row: JournalRow): void {
  // Spelled out, because this runs for every check: by position it costs half of what binding by name does.
  values[at] = row.slot;
  values[at + 1] = row.monitor;
  values[at + 2] = row.location;
  values[at + 3] = row.interval_ms;
  values[at + 4] = row.status_code;
  values[at + 5] = row.late_ms;
  values[at + 6] = row.duration_us;
  values[at + 7] = row.dns_us;
  values[at + 8] = row.connect_us;
  values[at + 9] = row.tls_us;
  values[at + 10] = row.wait_us;
  values[at + 11] = row.body_us;
  values[at + 12] = row.traced;
  values[at + 13] = row.family;
}

function valuesOf(row: JournalRow): unknown[] {
  return [
    row.slot,
    row.monitor,
    row.location,
    row.interval_ms,
    row.back_ms,
    row.status,
    row.reason,
    row.status_code,
    row.late_ms,
    row.duration_us,
    row.dns_us,
    row.connect_us,
    row.tls_us,
    row.wait_us,
    row.body_us,
    row.message,
    row.traced,
    row.family,
    row.attempt,
  ];
}
