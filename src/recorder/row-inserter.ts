import type { Database, Statement } from '../db/native.ts';

/** Rows written by one statement: to run one costs nearly as much as a row. */
const ROWS_AT_ONCE = 25;

/** The statement without its values: what comes before and after them. */
export interface InsertText {
  /** Such as `INSERT INTO heads (monitor, slot)`. */
  readonly insert: string;
  /** Such as `(?, ?, 'up')`. A value that is the same in all rows costs much less when it stands here. */
  readonly row: string;
  /** Such as `ON CONFLICT DO NOTHING`. */
  readonly conflict?: string;
}

/** `(?, ?, ?)` for so many values. */
export function placesFor(columns: number): string {
  return `(${Array.from({ length: columns }, () => '?').join(', ')})`;
}

/** Inserts rows, many with one statement. Within a transaction of the caller, who calls `settle` before it is committed. */
export class RowInserter {
  /** Values of the rows that wait, one row behind the other. Used again and again: an array a row costs a tenth of the row. */
  readonly values: unknown[];
  readonly #one: Statement;
  readonly #many: Statement;
  readonly #width: number;
  #count = 0;

  constructor(database: Database, { insert, row, conflict = '' }: InsertText) {
    const rows = Array.from({ length: ROWS_AT_ONCE }, () => row).join(', ');
    this.#one = database.prepare(`${insert} VALUES ${row} ${conflict}`);
    this.#many = database.prepare(`${insert} VALUES ${rows} ${conflict}`);
    this.#width = row.split('?').length - 1;
    this.values = Array.from({ length: ROWS_AT_ONCE * this.#width }, () => null);
  }

  /** One more row is inserted, now or with the next ones: the caller puts its values into `values`, from this place on. */
  add(): number {
    if (this.#count === ROWS_AT_ONCE) {
      this.#count = 0;
      this.#many.run(this.values);
    }
    this.#count += 1;
    return (this.#count - 1) * this.#width;
  }

  /** Inserts what waits. */
  settle(): void {
    const count = this.#count;
    const width = this.#width;
    this.#count = 0;
    if (count === ROWS_AT_ONCE) {
      this.#many.run(this.values);
      return;
    }
    for (let row = 0; row < count; row += 1) this.#one.run(this.values.slice(row * width, (row + 1) * width));
  }

  /** Inserts a row now, and says whether it is there for it. */
  insert(values: readonly unknown[]): boolean {
    return this.#one.run(values).changes === 1;
  }

  /** Forgets what waits. */
  discard(): void {
    this.#count = 0;
  }
}
