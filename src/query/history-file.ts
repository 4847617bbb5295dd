import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { openForReading } from '../db/open.ts';
import { databaseError } from '../db/open-errors.ts';
import { QUESTIONS, type AnswerTo, type QuestionName, type QuestionOf } from './questions.ts';

/** A database file that can be asked questions in this very thread, which waits for the answers. */
export interface HistoryFile {
  ask<Name extends QuestionName>(name: Name, question: QuestionOf<Name>): AnswerTo<Name>;
  close(): void;
}

/** Opens a database for reading, also while a server writes to it. Throws `db_…` and `native_module_missing`. */
export async function openHistoryFile(path: string): Promise<HistoryFile> {
  const database = openForReading(path, { driver: await loadSqlite(), migrations: shippedMigrations() });
  return {
    ask(name, question) {
      try {
        const answer = QUESTIONS[name] as (...parameters: unknown[]) => AnswerTo<typeof name>;
        return answer(database, question);
      } catch (thrown) {
        throw databaseError(thrown, path);
      }
    },
    close: () => {
      database.close();
    },
  };
}
