import type { TraceSeed } from '../core/trace-id.ts';
import type { Database } from '../db/native.ts';

/** What the trace ids of this database are made from; `undefined` while no server has opened it since it has one. */
export function traceSeedOf(database: Database): TraceSeed | undefined {
  return database.prepare<[], TraceSeed>("SELECT value FROM meta WHERE name = 'trace_seed'").pluck().get();
}
