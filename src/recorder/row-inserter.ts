import type { Database, Statement } from '../db/native.ts';

/** Rows written by one statement: to run one costs nearly as much as a row. */
const ROWS_AT_ONCE = 25;

/** The statement without its values: what comes before and after them. */
export interface InsertText {
  /** Such as `INSERT INTO heads (monitor, slot)`. */
  readonly insert: string;
  readonly columns: number;
  /** Such as `ON CONFLICT DO NOTHING`. */
  readonly conflict?: string;
}

/** Inserts rows, many with one statement. Within a transaction of the caller, who calls `settle` before it is committed. */
export class RowInserter {
  readonly #one: Statement;
  readonly #many: Statement;
  #waiting: (readonly unknown[])[] = [];

  constructor(database: Database, { insert, columns, conflict = '' }: InsertText) {
    const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
    const rows = Array.from({ length: ROWS_AT_ONCE }, () => row).join(', ');
    this.#one = database.prepare(`${insert} VALUES ${row} ${conflict}`);
    this.#many = database.prepare(`${insert} VALUES ${rows} ${conflict}`);
  }

  /** Inserts a row now or with the next ones. */
  add(values: readonly unknown[]): void {
    if (this.#waiting.push(values) < ROWS_AT_ONCE) return;
    const rows = this.#waiting;
    this.#waiting = [];
    // The driver binds what is in the lists one after the other.
    this.#many.run(...rows);
  }

  /** Inserts what waits. */
  settle(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    for (const values of rows) this.#one.run(values);
  }

  /** Inserts a row now, and says whether it is there for it. */
  insert(values: readonly unknown[]): boolean {
    return this.#one.run(values).changes === 1;
  }

  /** Forgets what waits. */
  discard(): void {
    this.#waiting = [];
  }
}
