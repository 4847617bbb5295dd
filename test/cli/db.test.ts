import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DAY_MS, hourOf } from '../../src/core/history/history-key.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { aDatabasePath } from '../support/database.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { aFolder, run, runJson, startProgram } from '../support/longwatch.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const NOW = Date.now();
const driver = await loadSqlite();

/** A day of one monitor, folded but for the last hour. */
async function aDay(path: string): Promise<string> {
  const begin = Math.floor((NOW - DAY_MS) / 60_000) * 60_000;
  const results = Array.from({ length: 1440 }, (_, minute) => {
    const bad = minute >= 600 && minute < 615;
    const down = bad ? ({ status: 'down', reason: 'conn_refused', message: 'refused' } as const) : {};
    return aResult({ slot: begin + minute * 60_000, ...down });
  });
  return aFilledDatabase({ monitors: [aMonitor()], results, seam: hourOf(NOW), now: NOW, path });
}

let sound: string;
beforeAll(async () => {
  const folder = aFolder();
  sound = join(folder.path, 'sound.db');
  const day = await aDay(join(folder.path, 'day.db'));
  await run(['db', 'backup', sound, '--db', day]);
  return () => folder.remove();
}, 60_000);

/** A copy of the day that a test may spoil. */
async function aCopy(): Promise<string> {
  const path = aDatabasePath();
  writeFileSync(path, readFileSync(sound));
  return path;
}

function overwrite(path: string, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, 4096 * (page - 1));
  closeSync(file);
}

/** The first page of a table. */
function rootPageOf(path: string, table: string): number {
  const database = new driver(path, { readonly: true });
  const page = database
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table);
  database.close();
  return page ?? 0;
}

describe('longwatch db backup and restore', () => {
  it('bring a database back to what it was, and say where everything is', async () => {
    const path = await aCopy();
    const made = await run(['db', 'backup', '--db', path]);
    const backup = /^(\S+longwatch-\d{8}T\d{6}Z\.db): \d+(?:\.\d)? kB, checked, \d+ ms\n$/.exec(made.stdout)?.[1] ?? '';
    expect([made.status, dirname(backup)]).toEqual([0, join(dirname(path), 'backups')]);
    const spoil = new driver(path);
    spoil.exec('DELETE FROM blocks');
    spoil.close();
    const restored = await run(['db', 'restore', backup, '--db', path]);
    expect(restored.status).toBe(0);
    expect(restored.stdout).toMatch(
      /is now .*longwatch-.*schema \d+\); what was there is .*\.replaced-\d{8}T\d{6}Z\n$/,
    );
    const { results } = await runJson<{ results: unknown[] }>(['results', 'website', '--limit', '1000', '--db', path]);
    expect(results).toHaveLength(1000);
    expect(await runJson(['db', 'restore', backup, '--db', path])).toMatchObject({
      path,
      replaced: expect.any(String) as string,
    });
  });

  it('put a backup where the configuration says, and refuse what is no backup', async () => {
    const path = await aCopy();
    const folder = dirname(path);
    const config = join(folder, 'longwatch.yaml');
    writeFileSync(
      config,
      `storage: { path: ${path}, backup: { folder: ./elsewhere } }\nmonitors: [http://127.0.0.1:1]\n`,
    );
    const { path: backup } = await runJson<{ path: string }>(['db', 'backup', '--config', config]);
    expect(dirname(backup)).toBe(join(folder, 'elsewhere'));
    const refused = await run(['db', 'restore', config, '--db', path]);
    expect([refused.status, refused.stderr]).toEqual([
      4,
      expect.stringMatching(/backup_unusable.*not a database/) as string,
    ]);
    const again = await run(['db', 'backup', backup, '--db', path]);
    expect([again.status, again.stderr]).toEqual([2, expect.stringMatching(/file_exists/) as string]);
  });
});

describe('longwatch db check', () => {
  it('finds a database sound', async () => {
    const checked = await run(['db', 'check', '--db', sound]);
    expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, `${sound}: ✔ sound\n`, '']);
    expect((await run(['db', 'check', '--quick', '--db', sound])).stdout).toBe(`${sound}: ✔ sound (pages only)\n`);
  });

  it('finds a damaged page, tells what to do, and ends with 1', async () => {
    const path = await aCopy();
    overwrite(path, rootPageOf(path, 'blocks'));
    const checked = await run(['db', 'check', '--db', path]);
    expect(checked.status).toBe(1);
    expect(checked.stdout).toMatch(/✖ pages: .*\n/);
    expect(checked.stdout).toMatch(/✖ blocks: cannot be read to its end/);
    expect(checked.stdout).toMatch(
      /✖ DAMAGED, \d+ problems?\n\nWhat to do:\n.*\n.*longwatch db restore FILE\n.*longwatch export/,
    );
    expect(await runJson(['db', 'check', '--quick', '--db', path])).toMatchObject({ ok: false });
  });

  it.each<[string, string, (path: string) => void]>([
    ['a text', 'db_not_a_database', (path) => writeFileSync(path, 'dear diary '.repeat(500))],
    ['a folder', 'db_unopenable', (path) => mkdirSync(path)],
    ['nothing', 'db_missing', () => undefined],
  ])('cannot say anything of %s', async (_, code, make) => {
    const path = aDatabasePath();
    make(path);
    const checked = await run(['db', 'check', '--db', path]);
    expect([checked.status, checked.stdout]).toEqual([4, '']);
    expect(checked.stderr).toContain(`error[${code}]`);
  });
});

describe('longwatch db stats', () => {
  it('tells what is in the file', async () => {
    const { stdout } = await run(['db', 'stats', '--db', sound]);
    expect(stdout).toMatch(/^file +.*sound\.db, schema \d+\nsize +[\d.]+ kB/);
    expect(stdout).toMatch(/HISTORY +HOLDS +SIZE +FROM \(UTC\) +TO \(UTC\)\n/);
    expect(stdout).toMatch(/last backup +never\n$/);
    const stats = await runJson<{
      journal: { rows: number };
      blocks: { results: number; estimated: boolean };
      tables: { name: string; rows: number }[];
    }>(['db', 'stats', '--db', sound]);
    expect(stats.journal.rows + stats.blocks.results).toBe(1440);
    expect(stats).toMatchObject({
      monitors: { configured: 1, removed: 0 },
      locations: 1,
      blocks: { estimated: false },
      last_backup: null,
    });
    const database = new driver(sound, { readonly: true });
    for (const { name, rows } of stats.tables) {
      const counted = database.prepare(`SELECT count(*) FROM ${name}`).pluck().get();
      expect([name, rows]).toEqual([name, counted]);
    }
    database.close();
  });
});

describe('longwatch db vacuum and migrate', () => {
  it('make the file smaller', async () => {
    const path = await aCopy();
    const database = new driver(path);
    database.exec('DELETE FROM blocks');
    database.close();
    const { stdout, status } = await run(['db', 'vacuum', '--db', path]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/: [\d.]+ kB before, [\d.]+ kB now\n$/);
  });

  it('bring an old schema up to date with a backup, and say so', async () => {
    const path = await aCopy();
    const upToDate = await run(['db', 'migrate', '--db', path]);
    expect(upToDate.stdout).toMatch(/: up to date, schema \d+\n$/);
    const missing = await run(['db', 'migrate', '--db', `${path}.nowhere`]);
    expect([missing.status, missing.stderr]).toEqual([4, expect.stringMatching(/db_missing/) as string]);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith('nowhere'))).toEqual([]);
  });
});

describe('the commands that change the file', () => {
  it('are refused while a server uses it, and those that read it are not', async () => {
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    const config = folder.write(
      'longwatch.yaml',
      'server: { listen: "127.0.0.1:0" }\nstorage: { path: x.db }\nmonitors: [http://127.0.0.1:1]\n',
    );
    const server = startProgram(['serve', '--config', config]);
    onTestFinished(async () => {
      server.kill('SIGKILL');
      await server.finished;
    });
    await server.seen(/ready at/);
    const db = join(folder.path, 'x.db');
    const empty = folder.write('empty.ndjson', '');
    const changing = [
      ['db', 'restore', sound],
      ['db', 'vacuum'],
      ['import', empty],
    ];
    const refused = await Promise.all(changing.map((args) => run([...args, '--db', db])));
    expect(refused.map(({ status }) => status)).toEqual([4, 4, 4]);
    for (const { stderr } of refused) expect(stderr).toMatch(/db_in_use.*\n.*top/);
    const reading = [['db', 'backup'], ['db', 'check'], ['db', 'stats'], ['export'], ['db', 'migrate']];
    const finished = await Promise.all(reading.map((args) => run([...args, '--db', db])));
    expect(finished.map(({ status }) => status)).toEqual(reading.map(() => 0));
    // It was noted in the file that is being served.
    const { last_backup } = await runJson<{ last_backup: { path: string } | null }>(['db', 'stats', '--db', db]);
    expect(last_backup?.path).toMatch(/backups.longwatch-/);
  }, 120_000);
});

describe('longwatch export and import', () => {
  it('stream to standard output and back', async () => {
    const exported = await run(['export', '--db', sound]);
    expect([exported.status, exported.stderr]).toEqual([0, '']);
    const path = aDatabasePath();
    const imported = await run(['import', '-', '--db', path], { input: exported.stdout });
    expect(imported.stdout).toMatch(/^1,440 added, 0 there already, 1 monitor new \([\d,]+ lines a second\)\n$/);
    const again = await runJson(['import', '-', '--db', path, '--dry-run'], { input: exported.stdout });
    expect(again).toMatchObject({ dry_run: true, added: 0, duplicates: 1440, refused: 0, cut_off: false });
    expect((await run(['uptime', 'website', '--window', '23h', '--db', path])).stdout).toMatch(/98\.9\d% .* 15m /);
  });

  it('write a file whole, and choose the format by its name', async () => {
    const folder = dirname(aDatabasePath());
    const csv = join(folder, 'x.csv');
    const report = await run(['export', '--db', sound, '-o', csv, '--since', '2h']);
    expect(report.stderr).toMatch(/x\.csv: 1 monitor, 1\d\d results, [\d,]+ a second\n$/);
    expect(readFileSync(csv, 'utf8')).toMatch(/^monitor,location,slot/);
    expect(readdirSync(folder)).toEqual(['x.csv']);
  });

  it('end quietly when nobody reads on', async () => {
    const program = startProgram(['export', '--db', sound]);
    program.child.stdout?.destroy();
    expect(await program.finished).toMatchObject({ status: 0, stderr: '' });
  });

  it('tell the lines that are wrong, and end with 1, or with 2 when they are to be strict', async () => {
    const input = `${(await run(['export', '--db', sound, '--since', '5m'])).stdout}{"kind":"result"}\n`;
    const path = aDatabasePath();
    const imported = await run(['import', '-', '--db', path], { input });
    expect([imported.status, imported.stderr]).toEqual([1, expect.stringMatching(/^line \d+: monitor: /) as string]);
    const strict = await run(['import', '-', '--db', path, '--strict'], { input });
    expect([strict.status, strict.stderr]).toEqual([2, expect.stringMatching(/import_invalid.*line \d+/) as string]);
    const missing = await run(['import', join(dirname(path), 'nowhere'), '--db', path]);
    const words = /file_unreadable\]: \S+ cannot be read: there is no such file\n/;
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(words) as string]);
    const folder = await run(['import', dirname(path), '--db', path]);
    const itIs = /file_unreadable\]: \S+ cannot be read: it is a folder\n/;
    expect([folder.status, folder.stderr]).toEqual([2, expect.stringMatching(itIs) as string]);
    const sqlite = await run(['export', '--db', sound, '--format', 'sqlite']);
    expect([sqlite.status, sqlite.stderr]).toEqual([2, expect.stringMatching(/usage/) as string]);
  });
});
