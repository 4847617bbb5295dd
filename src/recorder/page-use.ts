import type { Database, Statement } from '../db/native.ts';

/** How large the database file is, in pages. */
export class PageUse {
  readonly #database: Database;
  readonly #pages: Statement<[], number>;
  readonly #free: Statement<[], number>;
  readonly #pageBytes: number;

  constructor(database: Database) {
    this.#database = database;
    this.#pages = database.prepare<[], number>('SELECT page_count FROM pragma_page_count').pluck();
    this.#free = database.prepare<[], number>('SELECT freelist_count FROM pragma_freelist_count').pluck();
    this.#pageBytes = Number(database.prepare('SELECT page_size FROM pragma_page_size').pluck().get());
  }

  /** Pages that hold nothing. */
  get free(): number {
    return this.#free.get() ?? 0;
  }

  /** Bytes of the pages that hold something. */
  get usedBytes(): number {
    return ((this.#pages.get() ?? 0) - this.free) * this.#pageBytes;
  }

  /** Gives up to so many free pages back to the disk. */
  release(pages: number): void {
    // Not as a prepared statement: it frees one page a step, and one that returns no columns is stepped once.
    this.#database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }
}
