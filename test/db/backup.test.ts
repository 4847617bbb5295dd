import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorCode } from '../../src/core/errors.ts';
import { backUp, refuseWithoutSpace, verifyBackup } from '../../src/db/backup.ts';
import { backupName, backupsIn, removeAbandonedParts, removeOldBackups } from '../../src/db/backup-folder.ts';
import { backupNotes, noteBackup } from '../../src/db/backup-note.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { compact, restoreBackup } from '../../src/db/replace.ts';
import { lockForServer } from '../../src/db/server-lock.ts';
import { aDatabase, aDatabasePath, aReader } from '../support/database.ts';
import { aFolder } from '../support/longwatch.ts';
import { ManualClock } from '../support/manual-clock.ts';

const driver = await loadSqlite();
const known = shippedMigrations().length;
const clock = new ManualClock();
const options = { driver, known, clock, verify: 'full' } as const;

/** A database that a connection holds open with changes that are in its WAL only. */
async function aServedDatabase(rows = 3): Promise<string> {
  const path = aDatabasePath();
  const database = await aDatabase(path);
  const insert = database.prepare('INSERT INTO locations (name) VALUES (?)');
  for (let number = 0; number < rows; number += 1) insert.run(`location ${number}`);
  return path;
}

const locationsIn = async (path: string) =>
  (await aReader(path)).prepare('SELECT count(*) FROM locations').pluck().get();

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (thrown) {
    return errorCode(thrown);
  }
}

function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xaa, 4096 * 2, 4096 * 3);
  writeFileSync(path, bytes);
}

describe('backUp', () => {
  it('copies what is in the file and in the WAL, for its owner alone, without disturbing who writes', async () => {
    const path = await aServedDatabase();
    const target = join(dirname(path), 'new', 'copy.db');
    const writer = new driver(path);
    onTestFinished(() => {
      writer.close();
    });
    writer.exec("BEGIN IMMEDIATE; INSERT INTO locations (name) VALUES ('not committed')");
    expect(backUp(path, target, options)).toMatchObject({ path: target, schema: known, bytes: statSync(target).size });
    writer.exec('COMMIT');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(target))).toEqual(['copy.db']);
    expect(await locationsIn(target)).toBe(3);
  });

  it('never replaces a file', async () => {
    const path = await aServedDatabase();
    expect(codeOf(() => backUp(path, path, options))).toBe('file_exists');
    expect(await locationsIn(path)).toBe(3);
  });

  it('leaves nothing of a copy that cannot be made', async () => {
    const path = await aServedDatabase();
    const folder = join(dirname(path), 'backups');
    mkdirSync(folder);
    writeFileSync(join(dirname(path), 'file'), '');
    expect(codeOf(() => backUp(path, join(dirname(path), 'file', 'copy.db'), options))).toBe('file_unwritable');
    const source = join(dirname(path), 'damaged.db');
    backUp(path, source, options);
    damage(source);
    expect(codeOf(() => backUp(source, join(folder, 'copy.db'), options))).toBe('db_corrupt');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not begun on a disk that it would fill', () => {
    expect(() => refuseWithoutSpace(aDatabasePath(), 1e18)).toThrow(
      /needs 1000000000000 MB, and the disk has \d+ MB left/,
    );
  });

  it.each<[string, string, (path: string) => void]>([
    ['nothing', 'db_missing', () => undefined],
    ['a text', 'db_not_a_database', (path) => writeFileSync(path, 'dear diary '.repeat(500))],
    ['an empty file', 'db_missing', (path) => writeFileSync(path, '')],
    ['the database of another program', 'db_foreign', aForeignDatabase],
  ])('refuses to copy %s', (_, code, make) => {
    const path = aDatabasePath();
    make(path);
    expect(codeOf(() => backUp(path, join(dirname(path), 'copy.db'), options))).toBe(code);
  });
});

function aForeignDatabase(path: string): void {
  const other = new driver(path);
  other.exec('CREATE TABLE recipes (name)');
  other.close();
}

describe('restoreBackup', () => {
  async function aBackup(rows = 3): Promise<string> {
    const path = await aServedDatabase(rows);
    const backup = join(dirname(path), 'backup.db');
    backUp(path, backup, options);
    return backup;
  }

  async function aStoppedDatabase(rows: number): Promise<string> {
    const path = aDatabasePath();
    backUp(await aServedDatabase(rows), path, options);
    // As a server leaves it that was killed: with a WAL beside it.
    const writer = new driver(path);
    writer.pragma('journal_mode = WAL');
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec("INSERT INTO locations (name) VALUES ('in the WAL')");
    const wal = readFileSync(`${path}-wal`);
    writer.close();
    writeFileSync(`${path}-wal`, wal);
    return path;
  }

  it('puts it in the place of the database and keeps what was there, WAL included', async () => {
    const path = await aStoppedDatabase(5);
    const report = restoreBackup(await aBackup(), path, options);
    expect(report).toMatchObject({ path, schema: known, replaced: `${path}.replaced-20261123T120000Z` });
    expect(await locationsIn(path)).toBe(3);
    expect(await locationsIn(report.replaced ?? '')).toBe(6);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('keeps both when two are replaced within a second', async () => {
    const path = await aStoppedDatabase(5);
    const backup = await aBackup();
    restoreBackup(backup, path, options);
    const second = restoreBackup(backup, path, options);
    expect(second.replaced).toBe(`${path}.replaced-20261123T120000Z-2`);
    expect(await locationsIn(second.replaced ?? '')).toBe(3);
  });

  it('makes the database where there is none', async () => {
    const path = join(dirname(aDatabasePath()), 'new', 'longwatch.db');
    expect(restoreBackup(await aBackup(), path, options).replaced).toBeNull();
    expect(await locationsIn(path)).toBe(3);
  });

  it('takes the place of a file that is damaged beyond opening', async () => {
    const path = aDatabasePath();
    writeFileSync(path, 'SQLite format 3\0 and then nothing');
    writeFileSync(`${path}-wal`, 'rubbish');
    const { replaced } = restoreBackup(await aBackup(), path, options);
    expect(await locationsIn(path)).toBe(3);
    expect(readFileSync(replaced ?? '', 'utf8')).toMatch(/and then nothing/);
    expect(readFileSync(`${replaced}-wal`, 'utf8')).toBe('rubbish');
  });

  it.each<[string, string, (backup: string) => void]>([
    ['a text', 'backup_unusable', (backup) => writeFileSync(backup, 'dear diary '.repeat(500))],
    ['an empty file', 'backup_unusable', (backup) => writeFileSync(backup, '')],
    [
      'a database of another program',
      'backup_unusable',
      (backup) => (writeFileSync(backup, ''), aForeignDatabase(backup)),
    ],
    ['a damaged backup', 'backup_unusable', damage],
    [
      'a backup of a newer program',
      'db_newer',
      (backup) => {
        const newer = new driver(backup);
        newer.pragma(`user_version = ${known + 1}`);
        newer.close();
      },
    ],
  ])('refuses %s and leaves the database as it is', async (_, code, spoil) => {
    const path = await aStoppedDatabase(5);
    const backup = await aBackup();
    spoil(backup);
    expect(codeOf(() => restoreBackup(backup, path, options))).toBe(code);
    expect(await locationsIn(path)).toBe(6);
    expect(readdirSync(dirname(path)).filter((name) => /replaced|partial/.test(name))).toEqual([]);
  });

  it('refuses while a server uses the database, the database itself, and that of another program', async () => {
    const path = await aStoppedDatabase(5);
    const backup = await aBackup();
    expect(codeOf(() => restoreBackup(path, path, options))).toBe('usage');
    const lock = lockForServer(driver, path);
    expect(codeOf(() => restoreBackup(backup, path, options))).toBe('db_in_use');
    lock.release();
    const foreign = aDatabasePath();
    aForeignDatabase(foreign);
    expect(codeOf(() => restoreBackup(backup, foreign, options))).toBe('db_foreign');
    expect(codeOf(() => restoreBackup(`${backup}.nowhere`, path, options))).toBe('db_missing');
  });
});

describe('compact', () => {
  it('gives back what is free and changes nothing else', async () => {
    const path = aDatabasePath();
    backUp(await aServedDatabase(2000), path, options);
    const database = new driver(path);
    database.exec('DELETE FROM locations WHERE key > 3');
    database.close();
    const { bytesBefore, bytesAfter } = compact(path, options);
    expect(bytesAfter).toBeLessThan(bytesBefore);
    expect(statSync(path).size).toBe(bytesAfter);
    expect(await locationsIn(path)).toBe(3);
    expect(verifyBackup(path, options)).toBe(known);
  });

  it('refuses while a server uses the database', async () => {
    const path = await aServedDatabase();
    const lock = lockForServer(driver, path);
    onTestFinished(() => lock.release());
    expect(codeOf(() => compact(path, options))).toBe('db_in_use');
    expect(codeOf(() => compact(`${path}.nowhere`, options))).toBe('db_missing');
  });
});

describe('the folder of backups', () => {
  const at = (hour: number) => Date.UTC(2026, 9, 25, hour, 30, 15, 678);

  it('names backups so that the newest is known, whatever else lies there', () => {
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    expect(backupName(at(2))).toBe('longwatch-20261025T023015Z.db');
    for (const hour of [2, 4, 3]) folder.write(backupName(at(hour)), 'x');
    for (const name of ['longwatch.db', 'longwatch-20261025.db', 'notes.txt']) folder.write(name, '');
    mkdirSync(join(folder.path, backupName(at(5))));
    const times = backupsIn(folder.path).map((backup) => backup.at);
    expect(times).toEqual([4, 3, 2].map((hour) => at(hour) - 678));
    expect(removeOldBackups(folder.path, 2)).toEqual([join(folder.path, backupName(at(2)))]);
    expect(readdirSync(folder.path)).toHaveLength(6);
    expect(backupsIn(join(folder.path, 'nowhere'))).toEqual([]);
  });

  it('is rid of what was left half made, but not of what is being made', () => {
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    const old = folder.write(`${backupName(at(2))}.123.partial`, '');
    utimesSync(old, 1000, 1000);
    folder.write(`${backupName(at(3))}.124.partial`, '');
    removeAbandonedParts(folder.path, Date.now());
    expect(readdirSync(folder.path)).toEqual([`${backupName(at(3))}.124.partial`]);
  });
});

describe('the note of backups', () => {
  it('tells the last one, and a failure only when it came later', async () => {
    const path = await aServedDatabase();
    const notes = async () => backupNotes(await aReader(path));
    expect(await notes()).toEqual({ made: null, failed: null });
    noteBackup(driver, path, { at: 5, error: 'disk full' });
    expect(await notes()).toEqual({ made: null, failed: { at: 5, error: 'disk full' } });
    const made = { at: 6, path: '/backup', bytes: 7, tookMs: 8 };
    noteBackup(driver, path, made);
    expect(await notes()).toEqual({ made, failed: null });
  });

  it('is left out where it cannot be written', () => {
    const path = aDatabasePath();
    noteBackup(driver, path, { at: 5, error: 'disk full' });
    expect(existsSync(path)).toBe(false);
    chmodSync(dirname(path), 0o700);
  });
});
