import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, run, startProgram } from '../support/longwatch.ts';

const TOKEN = 'token-of-the-job';

interface Seen {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that takes reports, or answers as it is told. */
async function aTaker(
  answer: (count: number) => { status: number; text: string } = () => ({ status: 200, text: 'OK' }),
) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const query = Object.fromEntries(url.searchParams);
      seen.push({ path: url.pathname, query, body: Buffer.concat(chunks).toString() });
      const { status, text } = answer(seen.length);
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const script = (code: string): string[] => ['--', process.execPath, '-e', code];

describe('longwatch push with a command', () => {
  it('reports its start and its end, and passes its streams and its exit status on', async () => {
    const { seen, url } = await aTaker();
    const code = `process.stdin.on('data', (d) => { process.stdout.write('got ' + d); console.error('done'); process.exitCode = 3 })`;
    const ended = await run(['push', TOKEN, '--url', url, ...script(code)], { input: 'what was sent' });
    expect(ended).toMatchObject({ status: 3, stdout: 'got what was sent', stderr: 'done\n' });
    expect(seen.map(({ path }) => path)).toEqual([`/ping/${TOKEN}/start`, `/ping/${TOKEN}/3`]);
    const [start, end] = seen;
    expect(start?.query['rid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(end?.query).toEqual({ rid: start?.query['rid'], run_ms: expect.stringMatching(/^\d+$/) });
    expect(end?.body).toBe('');
  });

  it('takes the token and the server from the environment, where nobody who lists processes sees them', async () => {
    const { seen, url } = await aTaker();
    const env = { LONGWATCH_PUSH_TOKEN: TOKEN, LONGWATCH_URL: `${url}/` };
    expect(await run(['push', ...script('')], { env })).toMatchObject({ status: 0, stderr: '' });
    expect(seen.map(({ path }) => path)).toEqual([`/ping/${TOKEN}/start`, `/ping/${TOKEN}/0`]);
  });

  it('leaves options after -- to the command', async () => {
    const { seen, url } = await aTaker();
    const ended = await run(['push', TOKEN, '--url', url, '--', 'echo', '--fail', '--', '--msg', 'x']);
    expect(ended).toMatchObject({ status: 0, stdout: '--fail -- --msg x\n' });
    expect(seen.at(-1)?.path).toBe(`/ping/${TOKEN}/0`);
  });

  it('sends the end of the output along with --log', async () => {
    const { seen, url } = await aTaker();
    const code = `process.stdout.write('é'.repeat(10_000)); process.stderr.write('the end\\n')`;
    const ended = await run(['push', TOKEN, '--log', '--url', url, ...script(code)]);
    expect(ended).toMatchObject({ status: 0, stdout: 'é'.repeat(10_000), stderr: 'the end\n' });
    const body = seen.at(-1)?.body ?? '';
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(10_240);
    expect(body).toMatch(/^é{5000,}/);
    expect(body).toContain('the end\n');
  });

  it('does not wait for something the command left behind with its output open', async () => {
    const { seen, url } = await aTaker();
    const left = `const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true });
      console.log('left ' + child.pid); child.unref()`;
    const program = startProgram(['push', TOKEN, '--log', '--url', url, ...script(left)]);
    const [, pid] = await program.seen(/left (\d+)/);
    await new Promise<void>((resolve) => program.child.once('exit', () => resolve()));
    // It still runs: nothing but a signal ends it before the minute is over.
    expect(process.kill(Number(pid), 'SIGKILL')).toBe(true);
    expect(seen.at(-1)?.path).toBe(`/ping/${TOKEN}/0`);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('passes %s on, and reports that it ended the command', async (signal, status) => {
    const { seen, url } = await aTaker();
    const program = startProgram([
      'push',
      TOKEN,
      '--url',
      url,
      ...script(`console.log('up'); setInterval(() => {}, 1e6)`),
    ]);
    await program.seen(/up/);
    program.kill(signal);
    expect(await program.finished).toMatchObject({ status });
    expect(seen.at(-1)).toMatchObject({ path: `/ping/${TOKEN}/${status}`, query: { msg: `ended by ${signal}` } });
  });

  it('lets the command decide what a signal means', async () => {
    const { seen, url } = await aTaker();
    const code = `process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1e6)`;
    const program = startProgram(['push', TOKEN, '--url', url, ...script(code)]);
    await program.seen(/up/);
    program.kill('SIGTERM');
    expect(await program.finished).toMatchObject({ status: 7 });
    expect(seen.at(-1)?.path).toBe(`/ping/${TOKEN}/7`);
  });

  it.each([
    ['that does not exist', () => '/nowhere/at/all', 127, 'the command was not found'],
    [
      'that may not be run',
      () => {
        const folder = aFolder();
        onTestFinished(() => folder.remove());
        return folder.write('script.sh', 'true');
      },
      126,
      'the command cannot be run: EACCES',
    ],
  ])('reports a command %s', async (_what, command, status, fault) => {
    const { seen, url } = await aTaker();
    const path = command();
    const ended = await run(['push', TOKEN, '--url', url, '--', path]);
    expect(ended).toMatchObject({ status, stderr: `longwatch push: ${fault}: ${path}\n` });
    expect(seen.at(-1)).toMatchObject({ path: `/ping/${TOKEN}/${status}`, query: { msg: fault } });
  });

  it('neither fails nor delays the job when the server is away, and says so', async () => {
    const url = await nobody();
    const program = startProgram(['push', TOKEN, '--url', url, ...script(`console.log('ran'); process.exitCode = 5`)]);
    await program.seen(/ran/);
    const { status, stderr } = await program.finished;
    expect(status).toBe(5);
    expect(stderr).toContain('the start of the job was not reported');
    expect(stderr).toContain('the end of the job was not reported');
    expect(stderr).not.toContain(TOKEN);
  }, 40_000);

  it('tries again while the server cannot take the report', async () => {
    const { seen, url } = await aTaker((count) =>
      count === 2 ? { status: 503, text: '' } : { status: 200, text: 'OK' },
    );
    const ended = await run(['push', TOKEN, '--url', url, ...script('')]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(seen.map(({ path }) => path.split('/').at(-1))).toEqual(['start', '0', '0']);
  });
});

describe('longwatch push without a command', () => {
  it.each<[args: string[], path: string, query: object]>([
    [[], '', {}],
    [['--start'], '/start', {}],
    [['--fail', '--msg', 'disk full'], '/fail', { msg: 'disk full' }],
    [['--msg', '42 files'], '', { msg: '42 files' }],
  ])('reports %j', async (args, path, query) => {
    const { seen, url } = await aTaker();
    expect(await run(['push', TOKEN, '--url', url, ...args])).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(seen).toEqual([{ path: `/ping/${TOKEN}${path}`, query, body: '' }]);
  });

  it.each<[what: string, args: string[], status: number, code: string]>([
    ['no token', [], 2, 'usage'],
    ['a command without --', [TOKEN, 'echo', 'x'], 2, 'usage'],
    ['no command after --', [TOKEN, '--'], 2, 'usage'],
    ['--fail with a command', [TOKEN, '--fail', '--', 'true'], 2, 'usage'],
    ['--log without a command', [TOKEN, '--log'], 2, 'usage'],
    ['an address that is none', [TOKEN, '--url', 'nowhere'], 2, 'usage'],
  ])('refuses %s', async (_what, args, status, code) => {
    expect(await run(['push', ...args])).toMatchObject({ status, stderr: expect.stringContaining(`error[${code}]:`) });
  });

  it.each<[status: number, text: string, exit: number, code: string]>([
    [404, 'no monitor has this token\n', 2, 'monitor_not_found'],
    [404, '<html>', 4, 'server_answer'],
    [200, '<html>Please log in', 4, 'server_answer'],
    [403, '', 5, 'not_authorised'],
  ])('ends with an error when the server answers %i %j', async (status, text, exit, code) => {
    const { seen, url } = await aTaker(() => ({ status, text }));
    const ended = await run(['push', TOKEN, '--url', url]);
    expect(ended).toMatchObject({ status: exit, stderr: expect.stringContaining(`error[${code}]:`) });
    expect(ended.stderr).not.toContain(TOKEN);
    expect(seen).toHaveLength(1);
  });

  it('gives up after a while when the server is away', async () => {
    const ended = await run(['push', TOKEN, '--url', await nobody()]);
    expect(ended).toMatchObject({ status: 4 });
    expect(ended.stderr).toMatch(/error\[server_unreachable\]: .* cannot be reached: ECONNREFUSED/);
  }, 40_000);

  it('loads neither the database nor the server', async () => {
    const { url } = await aTaker();
    const program = startProgram(['push', TOKEN, '--url', url], { env: { NODE_DEBUG: 'esm' } });
    await vi.waitFor(() => program.finished, { timeout: 20_000 });
    expect(program.stderr()).toMatch(/push-run/);
    expect(program.stderr()).not.toMatch(/better-sqlite3|fastify|bullmq|zod/);
  });
});
