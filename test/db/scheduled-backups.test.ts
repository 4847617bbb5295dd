import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { backupName, backupsIn } from '../../src/db/backup-folder.ts';
import { backupNotes } from '../../src/db/backup-note.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { ScheduledBackups } from '../../src/db/scheduled-backups.ts';
import { aDatabase, aDatabasePath, aReader } from '../support/database.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR = 3_600_000;

async function aSchedule(plan: { readonly keep?: number; readonly folder?: string } = {}) {
  const path = aDatabasePath();
  const database = await aDatabase(path);
  database.exec("INSERT INTO locations (name) VALUES ('local')");
  const folder = plan.folder ?? join(dirname(path), 'backups');
  const clock = new ManualClock();
  const lines: { level: number; msg: string }[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
  const start = () => {
    const backups = new ScheduledBackups({ path, plan: { every: HOUR, keep: plan.keep ?? 2, folder }, clock, logger });
    onTestFinished(() => backups.close());
    return backups;
  };
  return { path, database, folder, clock, lines, start, made: () => backupsIn(folder).map(({ at }) => at) };
}

describe('scheduled backups', () => {
  it('are made when they are due, verified, noted, and only so many are kept', async () => {
    const { path, clock, folder, lines, start, made } = await aSchedule();
    const backups = start();
    const times: number[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      times.unshift(clock.now());
      await backups.look();
      await backups.look();
      clock.advance(HOUR - 1000);
      await backups.look();
      clock.advance(1000);
    }
    expect(made()).toEqual(times.slice(0, 2));
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual(times.map(() => [30, 'backup made and verified']));
    const copy = await aReader(join(folder, backupName(times[0] ?? 0)));
    expect(copy.prepare('SELECT name FROM locations').pluck().all()).toEqual(['local']);
    expect(backupNotes(await aReader(path)).made).toMatchObject({ at: times[0] });
  }, 60_000);

  it('are due by the newest one there is, so a restart changes nothing', async () => {
    const { clock, folder, start, made } = await aSchedule();
    mkdirSync(folder);
    const older = clock.now() - HOUR + 1000;
    writeFileSync(join(folder, backupName(older)), '');
    // Made under a clock that was set back since.
    const future = clock.now() + 5 * HOUR;
    writeFileSync(join(folder, backupName(future)), '');
    await start().look();
    expect(made()).toHaveLength(2);
    clock.advance(1000);
    await start().look();
    expect(made()).toContain(Math.floor(clock.now() / 1000) * 1000);
  }, 60_000);

  it('are made while the database is being written, which they do not hold up', async () => {
    const { path, start, made } = await aSchedule();
    const writer = new (await loadSqlite())(path);
    onTestFinished(() => {
      writer.close();
    });
    const looked = start().look();
    let written = 0;
    const insert = writer.prepare('INSERT INTO locations (name) VALUES (?)');
    while (made().length === 0) {
      insert.run(`location ${(written += 1)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await looked;
    expect(written).toBeGreaterThan(10);
  }, 60_000);

  it('say why none could be made, leave nothing behind, and try again later', async () => {
    const { path, clock, folder, lines, start } = await aSchedule();
    writeFileSync(folder, 'in the way');
    const backups = start();
    await backups.look();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 50, retryInMs: 60_000 });
    expect(lines[0]?.msg).toMatch(/^no backup could be made: .*backups/);
    expect(backupNotes(await aReader(path)).failed?.error).toMatch(/backups/);
    clock.advance(59_000);
    await backups.look();
    expect(lines).toHaveLength(1);
    clock.advance(1000);
    await backups.look();
    expect(lines.map((line) => 'retryInMs' in line && line.retryInMs)).toEqual([60_000, 120_000]);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('partial'))).toEqual([]);
  }, 60_000);

  it('keep the older ones when the new one is not sound', async () => {
    const { path, database, clock, folder, start, made, lines } = await aSchedule({ keep: 1 });
    await start().look();
    const [first] = made();
    database.pragma('wal_checkpoint(TRUNCATE)');
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, 4096 * 2);
    closeSync(file);
    clock.advance(2 * HOUR);
    await start().look();
    expect(made()).toEqual([first]);
    expect(lines.at(-1)?.level).toBe(50);
    expect(readdirSync(folder)).toHaveLength(1);
  }, 60_000);

  it('end at once when the server stops, and what was half made goes', async () => {
    const { database, folder, start } = await aSchedule();
    const fill = database.prepare('INSERT INTO reports (monitor, at, kind, text) VALUES (1, 0, ?, ?)');
    database.transaction(() => {
      for (let number = 0; number < 5000; number += 1) fill.run('ok', 'x'.repeat(8000));
    })();
    const backups = start();
    const looked = backups.look();
    const parts = () => (backupsIn(folder).length === 0 ? readdirSync(folder) : []);
    await vi.waitFor(() => expect(parts()).toHaveLength(1), { timeout: 20_000, interval: 5 });
    await backups.close();
    await looked;
    expect(readdirSync(folder)).toEqual([]);
  }, 60_000);
});
