import type { Database } from '../db/native.ts';

/** How much room a table takes, its indexes included. */
export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

interface PageRow {
  readonly table_name: string;
  readonly is_index: number;
  readonly has_rowid: number;
  readonly pagetype: string;
  readonly cells: number;
  readonly bytes: number;
}

/**
 * The tables of a database by size, largest first. Reads every page once: about a second a gigabyte from memory. In a table
 * with a rowid all rows are cells of leaves; in one without, inner pages hold rows too.
 */
export function tableSizes(database: Database): TableSize[] {
  const rows = database
    .prepare<[], PageRow>(
      `SELECT coalesce(o.tbl_name, s.name) AS table_name, coalesce(o.type, 'table') = 'index' AS is_index,
         coalesce((SELECT l.wr = 0 FROM pragma_table_list l WHERE l.name = s.name AND l.schema = 'main'), 1) AS has_rowid,
         s.pagetype, s.cells, s.bytes
       FROM (SELECT name, pagetype, sum(ncell) AS cells, sum(pgsize) AS bytes FROM dbstat GROUP BY name, pagetype) s
       LEFT JOIN sqlite_schema o ON o.name = s.name`,
    )
    .all();
  const sizes = new Map<string, { rows: number; bytes: number }>();
  for (const { table_name, is_index, has_rowid, pagetype, cells, bytes } of rows) {
    const size = sizes.get(table_name) ?? { rows: 0, bytes: 0 };
    size.bytes += bytes;
    const holdsRows = is_index === 0 && (pagetype === 'leaf' || (pagetype === 'internal' && has_rowid === 0));
    if (holdsRows) size.rows += cells;
    sizes.set(table_name, size);
  }
  const named = [...sizes].map(([name, { rows, bytes }]) => ({ name, rows, bytes }));
  return named.sort((one, other) => other.bytes - one.bytes || (one.name < other.name ? -1 : 1));
}
