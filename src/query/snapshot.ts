import type { Database } from '../db/native.ts';

/**
 * Answers from one state of the database, however many statements that takes and whatever is written meanwhile. Short by
 * intent: while it lasts the WAL cannot be emptied.
 */
export function inSnapshot<Answer>(database: Database, answer: () => Answer): Answer {
  return database.transaction(answer).deferred();
}
