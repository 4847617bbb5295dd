import type { EventData, EventKind, Severity } from '../core/trouble/event.ts';
import type { Database, Statement } from '../db/native.ts';

/** An event that is to be told of. */
export interface NewEvent {
  readonly kind: EventKind;
  /** Wall-clock time, ms. */
  readonly at: number;
  /** The key of its monitor; `null` for what is about none. */
  readonly monitor: number | null;
  /** The number of its incident; `null` for what is about none. */
  readonly incident: number | null;
  readonly severity: Severity;
  readonly data: Partial<EventData> & Pick<EventData, 'since'>;
}

const NOTHING_SAID: Omit<EventData, 'since'> = {
  from: null,
  to: null,
  until: null,
  cause: null,
  proof: null,
  location: null,
  channel: null,
};

/** What is to be told of. Rows are added in the transaction of what they tell of, which is the caller's. */
export class OutboxTable {
  readonly #add: Statement<[string, number, number | null, number | null, string, string]>;
  #added = 0;

  constructor(database: Database) {
    this.#add = database.prepare(
      'INSERT INTO outbox (kind, at, monitor, incident, severity, data) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  /** Adds a row, and returns its number. */
  add({ kind, at, monitor, incident, severity, data }: NewEvent): number {
    const text = JSON.stringify({ ...NOTHING_SAID, ...data } satisfies EventData);
    this.#added += 1;
    return Number(this.#add.run(kind, Math.floor(at), monitor, incident, severity, text).lastInsertRowid);
  }

  /** How many rows were added since this was asked last. */
  takeCount(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }
}
