import { MOST_LOCATIONS } from '../core/history/history-key.ts';
import type { Database, Statement } from '../db/native.ts';

interface LocationRow {
  readonly key: number;
  readonly name: string;
}

/** The locations results came from; one is added with its first result. */
export class LocationTable {
  readonly #all: Statement<[], LocationRow>;
  readonly #add: Statement<[string]>;
  #keys = new Map<string, number>();

  constructor(database: Database) {
    this.#all = database.prepare('SELECT key, name FROM locations');
    this.#add = database.prepare('INSERT INTO locations (name) VALUES (?)');
    this.reload();
  }

  /** The key of a location, within a transaction of the caller; `undefined` of one more than history has room for. */
  keyOf(name: string): number | undefined {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    if (this.#keys.size >= MOST_LOCATIONS) return undefined;
    const key = Number(this.#add.run(name).lastInsertRowid);
    this.#keys.set(name, key);
    return key;
  }

  /** Forgets what a transaction that failed had added. */
  reload(): void {
    this.#keys = new Map(this.#all.all().map(({ name, key }) => [name, key]));
  }
}
