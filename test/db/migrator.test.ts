import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMigration, shippedMigrations, type Migration } from '../../src/db/migrations.ts';
import { migrate } from '../../src/db/migrator.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { aDatabase, aDatabasePath } from '../support/database.ts';

const shipped = shippedMigrations();
const next = (sql: string): Migration[] => [...shipped, readMigration('0099_next', sql)];

async function aDatabaseWithAMonitor(path?: string) {
  const database = await aDatabase(path);
  database.exec(`INSERT INTO monitors (id, name, type, target, tags, enabled, interval_ms, timeout_ms, created_at)
    VALUES ('website', 'Website', 'http', 'http://127.0.0.1', '{}', 1, 60000, 10000, 0)`);
  return database;
}

describe('migrate', () => {
  it('does nothing to a database that is up to date', async () => {
    expect(migrate(await aDatabaseWithAMonitor(), shipped, 0)).toEqual({ applied: [], backup: null });
  });

  it('keeps a copy of what was there before it changes anything, for the owner alone', async () => {
    const path = aDatabasePath();
    const database = await aDatabaseWithAMonitor(path);
    const report = migrate(database, next('ALTER TABLE monitors ADD COLUMN note TEXT'), 0);
    expect(report).toEqual({ applied: ['0099_next'], backup: `${path}.schema-${shipped.length}.backup` });
    expect(statSync(report.backup ?? '').mode & 0o777).toBe(0o600);
    const backup = new (await loadSqlite())(report.backup ?? '', { readonly: true });
    expect(backup.prepare('SELECT id FROM monitors').pluck().all()).toEqual(['website']);
    expect(backup.pragma('user_version', { simple: true })).toBe(shipped.length);
    backup.close();
  });

  it('applies all of what is new or nothing', async () => {
    const database = await aDatabaseWithAMonitor();
    const broken = next(
      'CREATE TABLE extra (a INTEGER) STRICT;--> statement-breakpoint\nALTER TABLE nowhere ADD COLUMN b',
    );
    expect(() => migrate(database, broken, 0)).toThrow('nowhere');
    expect(database.pragma('user_version', { simple: true })).toBe(shipped.length);
    expect(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").get()).toBeUndefined();
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  it('keeps the children of a table that is rebuilt', async () => {
    const database = await aDatabaseWithAMonitor();
    const first = next(`CREATE TABLE notes (monitor INTEGER REFERENCES monitors (key) ON DELETE CASCADE) STRICT;
      --> statement-breakpoint
      INSERT INTO notes SELECT key FROM monitors`);
    migrate(database, first, 0);
    const rebuild = readMigration(
      '0100_rebuild',
      `PRAGMA foreign_keys=OFF;--> statement-breakpoint
       CREATE TABLE monitors_new AS SELECT * FROM monitors;--> statement-breakpoint
       DROP TABLE monitors;--> statement-breakpoint
       CREATE TABLE monitors (key INTEGER PRIMARY KEY, id TEXT) STRICT;--> statement-breakpoint
       INSERT INTO monitors SELECT key, id FROM monitors_new;--> statement-breakpoint
       DROP TABLE monitors_new;--> statement-breakpoint
       PRAGMA foreign_keys=ON;`,
    );
    migrate(database, [...first, rebuild], 0);
    expect(database.prepare('SELECT count(*) FROM notes').pluck().get()).toBe(1);
  });

  it('refuses to leave rows without their parent', async () => {
    const database = await aDatabaseWithAMonitor();
    const orphans = next(`CREATE TABLE notes (monitor INTEGER REFERENCES monitors (key)) STRICT;
      --> statement-breakpoint
      INSERT INTO notes VALUES (77)`);
    expect(() => migrate(database, orphans, 0)).toThrow('without their parent');
    expect(database.pragma('user_version', { simple: true })).toBe(shipped.length);
  });

  it('refuses a database made with a migration that was edited since', async () => {
    const database = await aDatabase();
    const edited = shipped.map((migration) => ({ ...migration, hash: 'another' }));
    expect(() => migrate(database, edited, 0)).toThrow(expect.objectContaining({ code: 'db_migration_changed' }));
  });

  it('refuses a database that has seen more migrations than it knows', async () => {
    const database = await aDatabase();
    migrate(database, next('CREATE TABLE extra (a INTEGER) STRICT'), 0);
    expect(() => migrate(database, shipped, 0)).toThrow(expect.objectContaining({ code: 'db_newer' }));
  });

  it('takes a file with other line ends for the same', () => {
    const folder = join(dirname(aDatabasePath()), 'migrations');
    mkdirSync(join(folder, 'meta'), { recursive: true });
    writeFileSync(join(folder, 'meta', '_journal.json'), '{"entries":[{"tag":"0000_a"}]}');
    writeFileSync(join(folder, '0000_a.sql'), 'SELECT 1;\r\nSELECT 2;\r\n');
    expect(shippedMigrations(folder)[0]?.hash).toBe(readMigration('0000_a', 'SELECT 1;\nSELECT 2;\n').hash);
  });
});
