import { AppError } from '../core/errors.ts';
import type { Database } from './native.ts';

/** "LWCH" in ASCII: marks a SQLite file as Longwatch's (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x4c57_4348;

/**
 * Tells an empty file from one of ours and throws `db_foreign` for a database of another program, which must not be
 * touched. Reads only.
 */
export function identify(database: Database): 'empty' | 'ours' {
  if (database.pragma('application_id', { simple: true }) === APPLICATION_ID) return 'ours';
  const object = database.prepare<[], { name: string }>('SELECT name FROM sqlite_schema LIMIT 1').get();
  if (object === undefined) return 'empty';
  throw new AppError('db_foreign', `${database.name} belongs to another program (it has "${object.name}")`, {
    hint: 'Name another file as storage.path; Longwatch only writes to a database of its own.',
  });
}
