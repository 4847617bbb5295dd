import { renameSync, rmSync } from 'node:fs';
import { AppError } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import { createEmptyFile } from './empty-file.ts';
import { APPLICATION_ID } from './identity.ts';
import type { Migration } from './migrations.ts';
import type { Database } from './native.ts';
import { syncFile } from './new-file.ts';

/** What a run of the migrator did. */
export interface MigrationReport {
  readonly applied: readonly string[];
  /** Where the file as it was before was copied to; `null` when there was nothing worth keeping or nothing to do. */
  readonly backup: string | null;
}

interface AppliedRow {
  readonly name: string;
  readonly hash: string;
}

/**
 * Brings a database to the newest schema in one transaction: all migrations or none. Any number of processes may do so at
 * once; the state is read again inside the transaction. Throws `db_newer` for a file written by a newer program and
 * `db_migration_changed` when an applied migration is not the one this program knows. A backup is made before.
 */
export function migrate(database: Database, migrations: readonly Migration[], now: number): MigrationReport {
  if (pendingMigrations(database, migrations).length === 0) return { applied: [], backup: null };
  const backup = hasData(database) ? backUp(database, schemaVersion(database)) : null;
  // Outside the transaction, because inside one the pragma does nothing and rebuilding a table deletes its children.
  database.pragma('foreign_keys = OFF');
  try {
    const apply = database.transaction(() => applyPending(database, migrations, now));
    return { applied: apply.immediate(), backup };
  } finally {
    database.pragma('foreign_keys = ON');
  }
}

/** How many migrations a file has seen. */
export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** Throws `db_newer` when the file has seen migrations this program does not know. */
export function refuseNewer(database: Database, known: number): void {
  const version = schemaVersion(database);
  if (version <= known) return;
  throw new AppError('db_newer', `${database.name} has schema ${version}; Longwatch ${VERSION} knows up to ${known}`, {
    hint: 'It was written by a newer Longwatch. Upgrade this one; an older program must not write to it.',
  });
}

function applyPending(database: Database, migrations: readonly Migration[], now: number): string[] {
  const pending = pendingMigrations(database, migrations);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.exec(`CREATE TABLE IF NOT EXISTS migrations
    (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL,
     program TEXT NOT NULL) STRICT`);
  const note = database.prepare(
    'INSERT INTO migrations (number, name, hash, applied_at, program) VALUES (?, ?, ?, ?, ?)',
  );
  const first = migrations.length - pending.length;
  for (const [index, migration] of pending.entries()) {
    for (const statement of migration.statements) database.exec(statement);
    note.run(first + index + 1, migration.name, migration.hash, Math.floor(now), VERSION);
  }
  const orphans = database.pragma('foreign_key_check');
  if (Array.isArray(orphans) && orphans.length > 0) {
    throw new AppError('internal', `a migration would leave ${orphans.length} rows without their parent`);
  }
  database.pragma(`user_version = ${migrations.length}`);
  return pending.map(({ name }) => name);
}

/** The migrations that a database has not seen yet. Throws `db_newer` and `db_migration_changed`. */
export function pendingMigrations(database: Database, migrations: readonly Migration[]): readonly Migration[] {
  refuseNewer(database, migrations.length);
  const applied = appliedRows(database);
  for (const [index, row] of applied.entries()) {
    const known = migrations[index];
    if (known?.name === row.name && known.hash === row.hash) continue;
    throw new AppError(
      'db_migration_changed',
      `${database.name} was made with another migration ${index + 1} ("${row.name}") than this program has`,
      { hint: 'Use the Longwatch that wrote it. Migrations that were released are never edited.' },
    );
  }
  return migrations.slice(applied.length);
}

function appliedRows(database: Database): AppliedRow[] {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'").get();
  if (known === undefined) return [];
  return database.prepare<[], AppliedRow>('SELECT name, hash FROM migrations ORDER BY number').all();
}

function hasData(database: Database): boolean {
  if (appliedRows(database).length === 0) return false;
  return database.prepare('SELECT 1 FROM monitors LIMIT 1').get() !== undefined;
}

/** Copies the file through SQLite (a plain copy would miss what is still in the WAL), readable by its owner only. */
function backUp(database: Database, version: number): string {
  const backup = `${database.name}.schema-${version}.backup`;
  const partial = `${backup}.${process.pid}.partial`;
  try {
    createEmptyFile(partial);
    database.prepare('VACUUM INTO ?').run(partial);
    syncFile(partial);
    renameSync(partial, backup);
  } finally {
    rmSync(partial, { force: true });
  }
  return backup;
}
