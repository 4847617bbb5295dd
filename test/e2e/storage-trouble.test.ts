import { closeSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadSqlite } from '../../src/db/native.ts';
import { aFolder, run, runJson, startProgram, type Program } from '../support/longwatch.ts';
import { startSwitchableServer } from '../targets/switchable-server.ts';

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

const soon = { timeout: 20_000, interval: 100 };

async function aHome() {
  const target = await startSwitchableServer();
  onTestFinished(() => target.close());
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const config = folder.write(
    'longwatch.yaml',
    `server: { listen: "127.0.0.1:0" }\nstorage: { path: x.db }\ndefaults: { interval: 1s, timeout: 500ms, retries: 0 }\nmonitors: [{ id: site, url: "${target.url}" }]\n`,
  );
  return { config, target, db: join(folder.path, 'x.db'), folder: folder.path };
}

async function serve(config: string): Promise<{ program: Program; url: string }> {
  const program = startProgram(['serve', '--config', config]);
  running.push(program);
  const [, url = ''] = await program.seen(/ready at (\S+)/);
  return { program, url };
}

const readiness = async (url: string) =>
  (await fetch(`${url}/readyz`)).json() as Promise<{ ok: boolean; database: { detail: string } }>;

describe('trouble with the file', () => {
  it('that is moved away while a server runs: checks go on, health says so, and all is well when it is back', async () => {
    const { config, target, db } = await aHome();
    const { program, url } = await serve(config);
    await vi.waitFor(async () => expect(await readiness(url)).toMatchObject({ ok: true }), soon);
    renameSync(db, `${db}.away`);
    await vi.waitFor(async () => {
      const { ok, database } = await readiness(url);
      expect([ok, database.detail]).toEqual([false, expect.stringMatching(/deleted or replaced/) as string]);
    }, soon);
    const hits = target.hits.length;
    await vi.waitFor(() => expect(target.hits.length).toBeGreaterThan(hits + 1), soon);
    renameSync(`${db}.away`, db);
    await vi.waitFor(async () => expect(await readiness(url)).toMatchObject({ ok: true }), soon);
    expect(program.stderr()).toMatch(/history is written again/);
    const { results } = await runJson<{ results: { slot: string }[] }>([
      'results',
      'site',
      '--limit',
      '1000',
      '--db',
      db,
    ]);
    const slots = results.map(({ slot }) => Date.parse(slot)).reverse();
    // No second is missing: what was seen meanwhile waited in memory.
    expect(slots.every((slot, index) => index === 0 || slot - (slots[index - 1] ?? 0) === 1000)).toBe(true);
  }, 90_000);

  it('that a server uses: a second one is refused, with the name of the first', async () => {
    const { config } = await aHome();
    const { program } = await serve(config);
    const second = await run(['serve', '--config', config]);
    expect(second.status).toBe(4);
    expect(second.stderr).toMatch(new RegExp(`db_in_use.*process ${program.pid} on `));
  }, 60_000);

  it('that is no database, or damaged: a server does not start, says why, and leaves it as it is', async () => {
    const { config, db } = await aHome();
    writeFileSync(db, 'dear diary '.repeat(500));
    const garbage = await run(['serve', '--config', config]);
    expect([garbage.status, garbage.stderr]).toEqual([4, expect.stringMatching(/db_not_a_database/) as string]);
    expect(readFileSync(db, 'utf8')).toBe('dear diary '.repeat(500));
    writeFileSync(db, '');
    const { program } = await serve(config);
    program.kill('SIGTERM');
    await program.finished;
    const database = new (await loadSqlite())(db, { readonly: true });
    const page =
      database.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'monitors'").pluck().get() ?? 0;
    database.close();
    const file = openSync(db, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, 4096 * (page - 1));
    closeSync(file);
    const damaged = await run(['serve', '--config', config]);
    expect([damaged.status, damaged.stderr]).toEqual([
      4,
      expect.stringMatching(/db_corrupt.*\n.*longwatch db restore/) as string,
    ]);
  }, 60_000);

  it('is got over with a backup, and nothing is left lying about', async () => {
    const { config, db, folder } = await aHome();
    const { program } = await serve(config);
    const { path: backup } = await runJson<{ path: string }>(['db', 'backup', '--config', config]);
    program.kill('SIGKILL');
    await program.finished;
    writeFileSync(db, 'rubbish');
    const { replaced } = await runJson<{ replaced: string }>(['db', 'restore', backup, '--config', config]);
    expect(readFileSync(replaced, 'utf8')).toBe('rubbish');
    expect((await run(['db', 'check', '--config', config])).stdout).toMatch(/✔ sound/);
    const { url } = await serve(config);
    await vi.waitFor(async () => expect(await readiness(url)).toMatchObject({ ok: true }), soon);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  }, 90_000);
});
