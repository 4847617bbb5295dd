import type { Clock } from '../core/clock.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite } from '../db/native.ts';
import { pendingMigrations, schemaVersion, type MigrationReport } from '../db/migrator.ts';
import { openAsItIs, openForWriting } from '../db/open.ts';
import { databaseError } from '../db/open-errors.ts';

/** What is to be brought up to date. */
export interface MigrateRequest {
  readonly path: string;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  readonly clock: Clock;
}

/** What was done to the schema, or would be. */
export interface MigrateReport extends MigrationReport {
  readonly from: number;
  readonly to: number;
}

/** Brings a database that is there to the newest schema, while no server uses it. Throws `db_…`. */
export async function migrateDatabase({ path, dryRun, clock }: MigrateRequest): Promise<MigrateReport> {
  const driver = await loadSqlite();
  const migrations = shippedMigrations();
  const database = openAsItIs(path, driver);
  let from: number;
  let pending: string[];
  try {
    from = schemaVersion(database);
    pending = pendingMigrations(database, migrations).map(({ name }) => name);
  } catch (thrown) {
    throw databaseError(thrown, path);
  } finally {
    database.close();
  }
  const to = migrations.length;
  if (dryRun || pending.length === 0) return { from, to, applied: pending, backup: null };
  const opened = openForWriting(path, { driver, migrations, now: clock.now(), exclusive: true });
  opened.close();
  return { from, to, ...opened.report };
}
