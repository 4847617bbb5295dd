import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForReading, openForWriting } from '../../src/db/open.ts';
import { aFolder } from './longwatch.ts';

/** Where a database could be, in a folder that goes away with the test. */
export function aDatabasePath(): string {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  return join(folder.path, 'longwatch.db');
}

/** An empty database open for writing, on disk, or in memory for tests that make hundreds. */
export async function aDatabase(path = aDatabasePath()): Promise<Database> {
  const driver = await loadSqlite();
  const opened = openForWriting(path, { driver, migrations: shippedMigrations(), now: 0 });
  onTestFinished(() => opened.close());
  return opened.database;
}

/** A database in memory with the newest schema. */
export async function memoryDatabases(): Promise<() => Database> {
  const driver = await loadSqlite();
  const migrations = shippedMigrations();
  return () => {
    const database = new driver(':memory:');
    for (const { statements } of migrations) for (const statement of statements) database.exec(statement);
    return database;
  };
}

/** A second connection that only reads. */
export async function aReader(path: string): Promise<Database> {
  const database = openForReading(path, { driver: await loadSqlite(), migrations: shippedMigrations() });
  onTestFinished(() => {
    database.close();
  });
  return database;
}
