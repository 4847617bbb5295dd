import type { Matchable } from '../../core/notify/match.ts';
import type { Database } from '../../db/native.ts';

interface Row {
  readonly id: string;
  readonly group_name: string | null;
  readonly tags: string;
}

/** The monitors that are configured now, as far as it can be asked which of them are meant. */
export function configuredMatchables(database: Database): Matchable[] {
  const rows = database.prepare<[], Row>('SELECT id, group_name, tags FROM monitors WHERE removed_at IS NULL').all();
  return rows.map(({ id, group_name, tags }) => ({
    id,
    group: group_name,
    tags: JSON.parse(tags) as Record<string, string>,
  }));
}
