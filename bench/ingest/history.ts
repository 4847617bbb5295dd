import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { Writer, type WriterOptions } from '../../src/recorder/writer.ts';
import { someMonitors, START } from './arrivals.ts';

/** A database file with its writer, which knows as many monitors. */
export interface History {
  readonly database: Database;
  readonly writer: Writer;
  close(): void;
}

/** Makes a new database as a server opens it. */
export async function openHistory(path: string, monitors: number, options: WriterOptions = {}): Promise<History> {
  const opened = await openFile(path);
  const writer = new Writer(opened.database, START, options);
  writer.sync(someMonitors(monitors), [], START);
  return { database: opened.database, writer, close: () => opened.close() };
}

/** Makes a new database file with the same settings. */
export async function openFile(path: string): Promise<{ readonly database: Database; close(): void }> {
  return openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: START });
}
