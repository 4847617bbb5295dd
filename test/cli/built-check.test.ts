import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchableServer, type SwitchableServer } from '../targets/switchable-server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
mkdirSync(join(ROOT, '.cache'), { recursive: true });
/** In the project, for the program must find its packages. */
const dist = mkdtempSync(join(ROOT, '.cache', 'test-dist-'));
const program = join(dist, 'cli', 'longwatch.cjs');
const kept = join(dist, 'cli', `check-main-${process.version}-${process.arch}.cache`);
let server: SwitchableServer;

beforeAll(async () => {
  server = await startSwitchableServer();
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
  const load = async (name: string) => (await import(join(ROOT, 'scripts', 'setup', name))) as Setup;
  await (await load('bundle.mjs')).bundleCheck(dist);
  expect(await (await load('keep-compiled.mjs')).keepCompiled(dist)).toBe(true);
}, 180_000);
afterAll(async () => {
  rmSync(dist, { recursive: true });
  await server.close();
});

interface Setup {
  bundleCheck(dist: string): Promise<void>;
  keepCompiled(dist: string): Promise<boolean>;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function check(args: readonly string[], { input = '', env = {} } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'check', ...args], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

/** Whether V8 took what was kept, as the program says that is told to. */
function isTaken(...flags: string[]): boolean | undefined {
  const code = `process.argv.splice(1, 0, ${JSON.stringify(program)}, 'check', '--help');
    const script = require(${JSON.stringify(program)});
    console.error(JSON.stringify({ rejected: script.cachedDataRejected }));`;
  const { stderr } = spawnSync(process.execPath, [...flags, '-e', code], { encoding: 'utf8' });
  const { rejected } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as { rejected?: boolean };
  return rejected === undefined ? undefined : !rejected;
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${server.url}${n}`);
}

describe('longwatch check, built', () => {
  it('checks as it does from source', async () => {
    const { status, stdout } = await check([server.url, '--verbose', 'tcp://127.0.0.1:1', 'http://127.0.0.1:1']);
    expect(stdout).toMatch(/ OK 200 \d+ ms\n {2}connect .*\n {2}expectations:\n/);
    expect(stdout).toContain('tcp://127.0.0.1:1 Bad');
    expect(stdout).toContain('conn_refused');
    expect(status).toBe(1);
  });

  it('starts from what V8 compiled when it was built', () => {
    expect(isTaken()).toBe(true);
  });

  it('says where an error of ours was thrown, and with source maps in which source', async () => {
    const broken = '--import data:text/javascript,Array.prototype.values=undefined';
    const options = { env: { NODE_OPTIONS: broken } };
    const mapped = { env: { NODE_OPTIONS: `--enable-source-maps ${broken}` } };
    expect((await check([server.url], options)).stderr).toMatch(/check-main\.cjs:\d+:\d+\)/);
    expect((await check([server.url], mapped)).stderr).toMatch(/check-run\.[jt]s:\d+:\d+\)/);
  });

  it('checks a long list on two threads, each address once and never more at a time than it may', async () => {
    const paths: string[] = [];
    let [running, most] = [0, 0];
    const counting = createServer((request, response) => {
      paths.push(request.url ?? '');
      most = Math.max(most, ++running);
      setTimeout(() => (running--, response.writeHead(200, { connection: 'close' }).end()), 5);
    });
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
    const { port } = counting.address() as AddressInfo;
    const input = Array.from({ length: 3000 }, (_, n) => `http://127.0.0.1:${port}/${n}\n`).join('');
    const options = { input, env: { NODE_DEBUG: 'worker' } };
    const { status, stdout, stderr } = await check(['--file', '-', '--concurrency', '30'], options);
    counting.close();
    expect(stderr).toContain('create new worker');
    expect(stderr).toMatch(/3000 checked in [\d.]+ s: 3000 OK, 0 Bad\n/);
    const lines = stdout
      .replaceAll(/ OK 200 \d+ ms$/gm, '')
      .trimEnd()
      .split('\n');
    expect(lines.toSorted()).toEqual(input.trimEnd().split('\n').toSorted());
    expect([paths.length, new Set(paths).size]).toEqual([3000, 3000]);
    expect(most).toBeLessThanOrEqual(30);
    expect(most).toBeGreaterThan(15);
    expect(status).toBe(0);
  });

  it('prints objects with evidence from both threads with --json', async () => {
    const list = join(dist, 'list.txt');
    writeFileSync(list, many(1500).join('\n'));
    const { stdout, status } = await check(['--file', list, '--json']);
    const objects = stdout.trimEnd().split('\n');
    const read = objects.map((line) => JSON.parse(line) as { url: string; ok: boolean; attempts: unknown[] });
    expect(new Set(read.filter(({ ok, attempts }) => ok && attempts.length === 1).map(({ url }) => url)).size).toBe(
      1500,
    );
    expect(status).toBe(0);
  });

  it('needs no second thread for a short list or a plugin', async () => {
    const env = { NODE_DEBUG: 'worker' };
    expect((await check(many(100), { env })).stderr).not.toContain('create new worker');
    const { stderr, stdout } = await check([...many(600), '--nagios'], { env });
    expect(stderr).not.toContain('create new worker');
    expect(stdout).toContain('LONGWATCH OK - 600 of 600 up');
  });

  it('stops without a word when its reader goes away', async () => {
    const child = spawn(process.execPath, [program, 'check', '--file', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(many(20_000).join('\n'));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('what V8 compiled', () => {
  it.each([
    ['is not there', () => rmSync(kept)],
    ['is cut off', (whole: Buffer) => writeFileSync(kept, whole.subarray(0, whole.length / 2))],
    ['is of another V8', (whole: Buffer) => writeFileSync(kept, Buffer.from(whole).fill(0, 0, 16))],
    ['is empty', () => writeFileSync(kept, '')],
  ])('is not needed: the check is the same when it %s', async (_, spoil) => {
    const whole = readFileSync(kept);
    try {
      spoil(whole);
      expect(isTaken()).not.toBe(true);
      expect((await check([server.url])).stdout).toContain(' OK 200 ');
    } finally {
      writeFileSync(kept, whole);
    }
  });

  it('is not taken for other flags of V8', () => {
    expect(isTaken('--no-lazy')).toBe(false);
  });

  it('is not taken for another text, be it as long', async () => {
    const bundle = join(dist, 'cli', 'check-main.cjs');
    const text = readFileSync(bundle, 'utf8');
    try {
      writeFileSync(bundle, text.replace('checked in', 'CHECKED in'));
      expect(isTaken()).toBeUndefined();
      expect((await check([server.url])).stderr).toContain('1 CHECKED in');
    } finally {
      writeFileSync(bundle, text);
    }
  });

  it('is kept for the Node that built it, and nothing else is left behind', () => {
    expect(existsSync(kept)).toBe(true);
    expect(readdirSync(dist).filter((name) => name.endsWith('.txt') && name !== 'list.txt')).toEqual([]);
  });
});
