import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { errorCode } from '../../src/core/errors.ts';
import { APPLICATION_ID } from '../../src/db/identity.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite, type SqliteDriver } from '../../src/db/native.ts';
import { openForReading, openForWriting, type OpenedDatabase } from '../../src/db/open.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabasePath } from '../support/database.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';
import { runScript } from '../support/script.ts';

const SCRIPT = join(import.meta.dirname, 'processes', 'open-database.ts');
const migrations = shippedMigrations();
let driver: SqliteDriver;
beforeAll(async () => {
  driver = await loadSqlite();
});

function open(path: string, exclusive = false): OpenedDatabase {
  const opened = openForWriting(path, { driver, migrations, now: 0, exclusive });
  onTestFinished(() => opened.close());
  return opened;
}
const read = (path: string) => {
  openForReading(path, { driver, migrations }).close();
};

/** A sound database with some history, closed. */
function aFilledDatabase(): string {
  const path = aDatabasePath();
  const opened = openForWriting(path, { driver, migrations, now: 0 });
  const writer = new Writer(opened.database, 0);
  writer.sync([aMonitor()], [], 0);
  const results = Array.from({ length: 2000 }, (_, index) => aResult({ slot: index * 1000, interval: 1000 }));
  writer.flush({ batches: [results], now: 0 });
  writer.finish(0);
  opened.close();
  return path;
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (thrown) {
    return errorCode(thrown);
  }
}

describe('openForWriting', () => {
  it('makes the folder and a file that only its owner may read, marked as ours', () => {
    const path = join(dirname(aDatabasePath()), 'new', 'folder', 'longwatch.db');
    const { database, report } = open(path, true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    expect(database.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(report).toEqual({ applied: migrations.map(({ name }) => name), backup: null });
  });

  it('makes tables STRICT, and those with a key of their own WITHOUT ROWID', () => {
    const { database } = open(aDatabasePath());
    const tables = database.pragma('table_list') as { name: string; type: string; strict: number; wr: number }[];
    const ours = tables.filter(({ name, type }) => type === 'table' && !name.startsWith('sqlite_'));
    expect(ours.filter(({ strict }) => strict === 0)).toEqual([]);
    expect(
      ours
        .filter(({ wr }) => wr === 1)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['channel_states', 'group_settings', 'journal', 'maintenance', 'maintenance_periods', 'meta', 'spans']);
  });

  it('opens what it closed, with everything in it', () => {
    const path = aFilledDatabase();
    expect(open(path).database.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(2000);
  });

  it.each<[string, string, (path: string) => void]>([
    ['a folder', 'db_unopenable', (path) => mkdirSync(path)],
    ['a text file', 'db_not_a_database', (path) => writeFileSync(path, 'dear diary '.repeat(500))],
    ['a file cut off in its header', 'db_not_a_database', (path) => writeFileSync(path, 'SQLite format 3\0garbage')],
    [
      'a database of another program',
      'db_foreign',
      (path) => {
        const other = new driver(path);
        other.exec('CREATE TABLE recipes (name)');
        other.close();
      },
    ],
    ['a path through a file', 'db_unopenable', (path) => writeFileSync(dirname(path) + '/file', '')],
  ])('refuses %s with %s and leaves it as it is', (what, code, make) => {
    const path = aDatabasePath();
    make(path);
    const target = what === 'a path through a file' ? join(dirname(path), 'file', 'longwatch.db') : path;
    const bytes = (): Buffer | null => (existsSync(target) && statSync(target).isFile() ? readFileSync(target) : null);
    const before = bytes();
    expect(codeOf(() => open(target, true))).toBe(code);
    expect(bytes()).toEqual(before);
    expect(codeOf(() => read(target))).toBe(code);
  });

  it('refuses a file with a damaged page', () => {
    const path = aFilledDatabase();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, 4096 * 2);
    closeSync(file);
    expect(codeOf(() => open(path))).toBe('db_corrupt');
  });

  it('refuses a file that a newer program wrote, for writing and for reading', () => {
    const path = aFilledDatabase();
    const newer = new driver(path);
    newer.pragma(`user_version = ${migrations.length + 1}`);
    newer.close();
    expect(codeOf(() => open(path))).toBe('db_newer');
    expect(codeOf(() => read(path))).toBe('db_newer');
  });

  it('lets one server at a time in, under whatever name, and names it to the second', () => {
    const path = aDatabasePath();
    const alias = join(dirname(path), 'alias.db');
    const first = open(path, true);
    symlinkSync(path, alias);
    expect(codeOf(() => open(path, true))).toBe('db_in_use');
    expect(() => open(alias, true)).toThrow(`process ${process.pid}`);
    first.close();
    expect(codeOf(() => open(alias, true))).toBeUndefined();
  });

  // The permissions of files do not bind root, so the program runs as somebody else.
  const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

  it.each<[string, string, (path: string) => void]>([
    ['a read-only file', 'db_read_only', (path) => chmodSync(path, 0o444)],
    ['a file nobody may read', 'db_read_only', (path) => chmodSync(path, 0o000)],
    ['a read-only folder', 'db_read_only', (path) => (chmodSync(path, 0o666), chmodSync(dirname(path), 0o555))],
  ])('refuses %s with %s', async (_, code, protect) => {
    const path = aFilledDatabase();
    chmodSync(dirname(path), 0o777);
    protect(path);
    expect(await runScript(SCRIPT, [path], somebody)).toBe(code);
    chmodSync(dirname(path), 0o755);
  });

  it('cannot make a file in a folder it may not write to, and says so', async () => {
    const path = aDatabasePath();
    chmodSync(dirname(path), 0o555);
    expect(await runScript(SCRIPT, [path], somebody)).toBe('db_unopenable');
    chmodSync(dirname(path), 0o755);
  });

  it('is opened and brought up to date by many processes at once', async () => {
    const path = aDatabasePath();
    const printed = await Promise.all(Array.from({ length: 8 }, () => runScript(SCRIPT, [path])));
    expect(printed).toEqual(Array.from({ length: 8 }, () => 'opened'));
    expect(open(path).database.prepare('SELECT count(*) FROM migrations').pluck().get()).toBe(migrations.length);
  }, 60_000);
});

describe('openForReading', () => {
  it('says where it looked when there is no file, and makes none', () => {
    const path = aDatabasePath();
    expect(() => read(path)).toThrow(path);
    expect(codeOf(() => read(path))).toBe('db_missing');
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('takes an empty file for no database', () => {
    const path = aDatabasePath();
    writeFileSync(path, '');
    expect(codeOf(() => read(path))).toBe('db_missing');
  });

  it('refuses a file with an older schema', () => {
    const path = aFilledDatabase();
    const extra = { name: '9999_extra', hash: 'x', statements: [] };
    expect(codeOf(() => openForReading(path, { driver, migrations: [...migrations, extra] }))).toBe('db_outdated');
  });

  it('reads while a server writes, and never writes itself', () => {
    const path = aDatabasePath();
    const { database } = open(path, true);
    const reader = openForReading(path, { driver, migrations });
    onTestFinished(() => {
      reader.close();
    });
    database.exec('BEGIN IMMEDIATE');
    expect(reader.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(0);
    expect(() => reader.exec("INSERT INTO meta VALUES ('a', 'b')")).toThrow('readonly');
    database.exec('COMMIT');
  });
});
