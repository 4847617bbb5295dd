import type { Database } from '../db/native.ts';

/**
 * Rows, in no order, as a list of values a column: each column comes out of SQLite as one text of JSON. For thousands of
 * rows that takes half the time that the driver takes for an array a row, and leaves less garbage than an array a row does.
 */
export function readColumns(
  database: Database,
  select: { readonly columns: readonly string[]; readonly from: string },
  ...parameters: readonly number[]
): unknown[][] {
  const lists = select.columns.map((column) => `json_group_array(${column})`);
  const statement = database.prepare<number[]>(`SELECT ${lists.join(', ')} FROM ${select.from}`).raw();
  const texts = statement.get(...parameters) as string[];
  return texts.map((text) => JSON.parse(text) as unknown[]);
}
