import { openHistory } from '../query/history.ts';
import type { HistorySource } from './history-source.ts';

/** History from a database file, also while a server writes to it. Throws `db_…` and `native_module_missing`. */
export async function fileHistory(path: string): Promise<HistorySource> {
  const { close, ...questions } = await openHistory(path);
  // Answers, and what questions throw, come in promises as those of a server do.
  const later = Object.entries(questions).map(([name, ask]) => [
    name,
    async (...request: unknown[]): Promise<unknown> => (ask as (...request: unknown[]) => unknown)(...request),
  ]);
  return { ...(Object.fromEntries(later) as HistorySource), close };
}
