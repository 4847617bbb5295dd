import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { aFolder, run } from '../support/longwatch.ts';
import { TEST_AUTHORITY } from '../targets/certificates.ts';
import { refusedPort } from '../targets/start-target.ts';
import { startSwitchableServer, type SwitchableServer } from '../targets/switchable-server.ts';
import { startWebServer } from '../targets/web-server.ts';

let server: SwitchableServer;
const folder = aFolder();
beforeAll(async () => {
  server = await startSwitchableServer();
});
afterAll(async () => {
  folder.remove();
  await server.close();
});

function aFile(...monitors: readonly object[]): string {
  return folder.write('longwatch.json', JSON.stringify({ version: 1, monitors }));
}

const SECRET = 'tök/en 1234567890';

describe('longwatch check --verbose', () => {
  it('prints below a line what was seen: phases, redirects, expectations, addresses, certificates', async () => {
    const secure = await startWebServer({ certificate: 'good' });
    onTestFinished(() => secure.close());
    const file = aFile({
      id: 'shop',
      url: secure.url,
      tls: { ca: TEST_AUTHORITY },
      degraded: { response_time: '1ms' },
    });
    const { stdout, status } = await run(['check', '--config', file, '--monitor', 'shop', '-v']);
    const [line, target, phases, ...sight] = stdout.split('\n');
    expect(line).toMatch(/^shop OK 200 \d+ ms degraded, response_slow: response_time: got \d+ ms, expected /);
    expect(target).toBe(`  ${secure.url}`);
    expect(phases).toMatch(/^ {2}(dns .*, )?connect .*, tls .*, wait .*, body /);
    expect(sight.slice(0, 2)).toEqual([
      '  expectations:',
      expect.stringMatching(/^ {4}✔ status {9}expected 2xx, got 200$/),
    ]);
    const rest = sight.join('\n');
    expect(rest).toMatch(/^ {4}⚠ response_time {2}expected .*, got \d+ ms$/m);
    expect(rest).toMatch(/^ {2}addresses tried:\n {4}✔ (127\.0\.0\.1|\[::1\]):\d+ {2}connected after /m);
    expect(rest).toMatch(/^ {2}certificates:\n {4}localhost .* from Longwatch test .* days left\n/m);
    expect(status).toBe(0);
  });
});

describe('longwatch check with other addresses than http', () => {
  it('calls one that is none Bad, with what is wrong with it', async () => {
    const { stdout, status } = await run(['check', 'tcp://127.0.0.1', 'ping://127.0.0.1:80', 'wss://']);
    expect(stdout).toContain('tcp://127.0.0.1 Bad - 0 ms invalid_url: url has no port, such as tcp://');
    expect(stdout).toContain('ping://127.0.0.1:80 Bad - 0 ms invalid_url: ');
    expect(stdout).toContain('wss:// Bad - 0 ms invalid_url: ');
    expect(status).toBe(1);
  });

  it('checks what it says', async () => {
    const refused = `tcp://127.0.0.1:${await refusedPort()}`;
    const { stdout } = await run([
      'check',
      `tcp://127.0.0.1:${server.port}`,
      refused,
      `ws://127.0.0.1:${server.port}/`,
    ]);
    expect(stdout).toMatch(new RegExp(`^tcp://127.0.0.1:${server.port} OK - \\d+ ms$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${refused} Bad - \\d+ ms conn_refused: `, 'm'));
  });
});

describe('longwatch check --monitor', () => {
  it('checks monitors of the file as they are defined, beside addresses', async () => {
    const file = aFile(
      { id: 'good', url: server.url, expect: { body: 'nowhere to be found' }, enabled: false },
      { id: 'other', url: server.url },
    );
    const { stdout, status } = await run([
      'check',
      '--config',
      file,
      '--monitor',
      'good',
      '--monitor',
      'other',
      server.url,
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.find((line) => line.startsWith('good Bad 200 '))).toMatch(/ body_unexpected: /);
    expect(lines.find((line) => line.startsWith('other OK 200 '))).toBeDefined();
    expect(status).toBe(1);
  });

  it('shows nothing of the secrets of the file, also when the target sends them back', async () => {
    const echo = await startWebServer();
    onTestFinished(() => echo.close());
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    const file = aFile({
      id: 'echo',
      url: `${echo.url}?token=${encodeURIComponent(SECRET)}`,
      auth: { basic: { username: 'me', password: SECRET } },
      headers: { 'X-Api-Key': '${ECHO_KEY}' },
      body: SECRET,
      method: 'POST',
      expect: {
        body: { contains: 'missing' },
        json: [
          { path: '$.headers', equals: 1 },
          { path: '$.body', equals: 1 },
        ],
      },
    });
    for (const mode of ['--json', '--verbose', '--nagios']) {
      const options = { env: { ECHO_KEY: 'key-from-a-variable' } };
      const { stdout, stderr } = await run(['check', '--config', file, '--monitor', 'echo', mode], options);
      expect(stderr).not.toContain('error[');
      expect(stdout).toMatch(/body_unexpected/);
      expect(stdout).toContain('…');
      for (const secret of [
        SECRET,
        encodeURIComponent(SECRET),
        basic.slice(0, 12),
        'key-from-a-variable',
        '1234567890',
      ]) {
        expect(stdout).not.toContain(secret);
      }
    }
    expect(echo.requests[0]?.headers).toMatchObject({ authorization: `Basic ${basic}` });
  });

  it.each([
    [['--monitor', 'websit'], 'error[monitor_not_found]: there is no monitor "websit"\n  Did you mean "website"?', 2],
    [['--monitor', 'something'], 'The file has website, job.', 2],
    [['--monitor', 'job'], 'error[usage]: the monitor "job" cannot be checked: its job reports by itself', 2],
    [['http://127.0.0.1/'], '--config is of no use without --monitor', 2],
  ])('ends %j with words', async (args, words, exitStatus) => {
    const job = { id: 'job', type: 'push', token: 'token-of-the-job', interval: '1h' };
    const file = aFile({ id: 'website', url: server.url }, job);
    const { stderr, stdout, status } = await run(['check', '--config', file, ...args]);
    expect(stderr).toContain(words);
    expect([stdout, status]).toEqual(['', exitStatus]);
  });
});

describe('longwatch check --nagios', () => {
  it('prints the line of a plugin with the figure of one target, and ends as plugins do', async () => {
    const { stdout, stderr, status } = await run(['check', '--nagios', server.url]);
    expect(stdout).toMatch(new RegExp(`^LONGWATCH OK - ${server.url} 200 \\| time=\\d+\\.\\d{3}s;;;0\\n$`));
    expect([stderr, status]).toEqual(['', 0]);
  });

  it('is as bad as the worst target: degraded, down, unknown', async () => {
    const slow = { id: 'slow', url: server.url, degraded: { response_time: '1ms' } };
    const file = aFile(slow);
    const nagios = ['check', '--nagios', server.url];
    const warning = await run([...nagios, '--config', file, '--monitor', 'slow']);
    expect(warning.stdout).toMatch(
      /^LONGWATCH WARNING - 1 of 2 up; slow 200 response_slow: .* \| '.*=.*'slow'=|'slow'=.*'http/,
    );
    const unknown = await run([...nagios, 'ftp://x']);
    expect(unknown.stdout).toMatch(/^LONGWATCH UNKNOWN - 1 of 2 up; ftp:\/\/x invalid_url: /);
    const critical = await run([...nagios, 'ftp://x', `http://127.0.0.1:${await refusedPort()}/`]);
    expect(critical.stdout).toMatch(/^LONGWATCH CRITICAL - 1 of 3 up; \S+ conn_refused: /);
    expect([warning.status, unknown.status, critical.status]).toEqual([1, 3, 2]);
  });

  it('says UNKNOWN where others say error', async () => {
    const { stdout, status } = await run(['check', '--nagios'], { cwd: folder.path });
    expect([stdout, status]).toEqual(['LONGWATCH UNKNOWN - no URLs to check\n', 3]);
  });
});

describe('longwatch check', () => {
  it('loads the schema for addresses that need it, and never the database', async () => {
    const coverage = join(folder.path, 'coverage');
    await run(['check', '--json', `tcp://127.0.0.1:${server.port}`], { env: { NODE_V8_COVERAGE: coverage } });
    const reports = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
    expect(reports.some((report) => report.includes('node_modules/zod/'))).toBe(true);
    expect(reports.some((report) => /node_modules\/(bullmq|better-sqlite3|yaml|fastify|pino)\//.test(report))).toBe(
      false,
    );
  });
});
