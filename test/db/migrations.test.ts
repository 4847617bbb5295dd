import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { migrate } from '../../src/db/migrator.ts';
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { aDatabasePath, memoryDatabases } from '../support/database.ts';
import { run } from '../support/longwatch.ts';
import { startScript } from '../support/script.ts';

const driver = await loadSqlite();
const shipped = shippedMigrations();
const SCRIPT = join(import.meta.dirname, 'processes', 'migrate-slowly.ts');
const ROWS = 3;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

const tablesOf = (database: Database): string[] =>
  database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
    .pluck()
    .all();

const columnsOf = (database: Database, table: string): Column[] => database.pragma(`table_info(${table})`) as Column[];

/** What columns must hold to be read by the program; all others take anything of their type. */
const WORDS: Readonly<Record<string, string | null>> = {
  tags: '{"team":"web"}',
  status: 'up',
  reason: null,
  runs: '[]',
  kind: 'success',
  data: '{}',
  retention: null,
  rule: 'any_down',
};

function valueOf({ name, type }: Column, row: number): string | number | Buffer | null {
  if (type === 'BLOB') return Buffer.from([1, row]);
  if (type === 'TEXT') return name in WORDS ? (WORDS[name] ?? null) : `${name} ${row}`;
  return type === 'REAL' ? row + 0.5 : row + 1;
}

/** A file as the program of that schema left it, with rows in every table. */
function aDatabaseOfSchema(schema: number, path: string): Database {
  const database = new driver(path);
  database.pragma('journal_mode = WAL');
  migrate(database, shipped.slice(0, schema), 0);
  for (const table of tablesOf(database).filter((name) => name !== 'migrations')) {
    const columns = columnsOf(database, table);
    const insert = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join()})`);
    for (let row = 0; row < ROWS; row += 1) insert.run(columns.map((column) => valueOf(column, row)));
  }
  return database;
}

/** All rows of a table, of the columns it had then. */
const contentOf = (database: Database, table: string, columns: readonly string[]): unknown[] =>
  database.prepare(`SELECT ${columns.join()} FROM ${table} ORDER BY ${columns.join()}`).all();

describe.each(shipped.map(({ name }, index) => [index + 1, name] as const))(
  'a database of schema %d (%s)',
  (schema) => {
    it('comes to the newest schema with every row of every table', () => {
      const database = aDatabaseOfSchema(schema, aDatabasePath());
      const before = tablesOf(database).map((table) => {
        const columns = columnsOf(database, table).map(({ name }) => name);
        return { table, columns, rows: contentOf(database, table, columns) };
      });
      expect(before.every(({ table, rows }) => rows.length === (table === 'migrations' ? schema : ROWS))).toBe(true);
      const { applied, backup } = migrate(database, shipped, 1);
      expect(applied).toEqual(shipped.slice(schema).map(({ name }) => name));
      expect(backup === null).toBe(applied.length === 0);
      for (const { table, columns, rows } of before.filter(({ table }) => table !== 'migrations')) {
        expect([table, contentOf(database, table, columns)]).toEqual([table, rows]);
      }
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      database.close();
    });

    it('has then the same tables as one that was made today', async () => {
      const database = aDatabaseOfSchema(schema, aDatabasePath());
      migrate(database, shipped, 1);
      const fresh = (await memoryDatabases())();
      const shapeOf = (of: Database) =>
        tablesOf(of)
          .filter((name) => name !== 'migrations')
          .map((table) => ({
            table,
            columns: columnsOf(of, table).map(({ name, type, notnull, pk }) => ({ name, type, notnull, pk })),
            indexes: (of.pragma(`index_list(${table})`) as { name: string; unique: number }[]).map(
              ({ name, unique }) => [name, unique],
            ),
            kind: (of.pragma(`table_list(${table})`) as { strict: number; wr: number }[]).map(({ strict, wr }) => [
              strict,
              wr,
            ]),
          }));
      expect(shapeOf(database)).toEqual(shapeOf(fresh));
      database.close();
    });
  },
);

describe('a migration', () => {
  it('is done or not done, whenever the process is killed', async () => {
    const template = aDatabasePath();
    const database = aDatabaseOfSchema(shipped.length, template);
    const insert = database.prepare(
      "INSERT INTO journal (slot, monitor, location, interval_ms, status) VALUES (?, 1, 1, ?, 'up')",
    );
    const rows = 40_000;
    database.transaction(() => {
      for (let slot = 10; slot < rows; slot += 1) insert.run(slot, slot % 977);
    })();
    database.close();
    const wanted = counts(template);

    const path = join(dirname(template), 'victim.db');
    const begin = () => {
      rmSync(path, { force: true });
      copyFileSync(template, path);
    };
    begin();
    const took = await migratedIn(path);
    const after = {
      old: { version: shipped.length, counts: wanted },
      new: { version: shipped.length + 1, counts: counts(path) },
    };
    const ends: string[] = [];
    begin();
    for (let kill = 0; kill < 20; kill += 1) {
      await killAfter(path, (took * (kill + 0.5)) / 20);
      const found = counts(path);
      const version = versionOf(path);
      const end = version === shipped.length ? 'old' : 'new';
      ends.push(end);
      expect({ version, counts: found }).toEqual(after[end]);
      if (end === 'new') begin();
    }
    expect(ends).toHaveLength(20);
    expect(ends).toContain('old');
    // And it gets there in the end.
    begin();
    await migratedIn(path);
    for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name), { force: true });
  }, 240_000);

  it('of a newer program keeps this one from touching the file, and both are named', async () => {
    const path = aDatabasePath();
    const opened = openForWriting(path, { driver, migrations: shipped, now: 0 });
    opened.database.pragma(`user_version = ${shipped.length + 1}`);
    opened.close();
    const bytes = readFileSync(path);
    const commands = [['status'], ['db', 'migrate'], ['db', 'vacuum'], ['db', 'check'], ['export'], ['import', '-']];
    const finished = await Promise.all(commands.map((args) => run([...args, '--db', path])));
    expect(finished.map(({ status }) => status)).toEqual(commands.map(() => 4));
    for (const { stderr } of finished) {
      expect(stderr).toMatch(
        new RegExp(
          `error\\[db_newer\\]: .* schema ${shipped.length + 1}; Longwatch [\\d.]+ knows up to ${shipped.length}\n`,
        ),
      );
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }, 60_000);
});

/** The rows of each table of a file that is sound. */
function counts(path: string): unknown[] {
  const database = new driver(path);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  const rows = tablesOf(database).map((table) => [
    table,
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
  ]);
  database.close();
  return rows;
}

function versionOf(path: string): number {
  const database = new driver(path);
  const version = Number(database.pragma('user_version', { simple: true }));
  database.close();
  return version;
}

/** Migrates to the end and returns how long that took, ms. */
function migratedIn(path: string): Promise<number> {
  const child = startScript(SCRIPT, [path]);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', () => {
      const took = /done after (\d+) ms/.exec(printed)?.[1];
      if (took === undefined) reject(new Error('the migration did not end'));
      else resolve(Number(took));
    });
  });
}

/** Begins to migrate and kills the process so many ms later. */
function killAfter(path: string, milliseconds: number): Promise<void> {
  const child = startScript(SCRIPT, [path]);
  child.stdout?.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds));
  return new Promise((resolve) => child.once('close', () => resolve()));
}
