import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, run, runJson, startProgram, type Program } from '../support/longwatch.ts';
import { startWebServer } from '../targets/web-server.ts';

interface Shown {
  readonly monitor: { readonly status: string };
  readonly last: { readonly trace_id: string | null; readonly message: string | null };
  readonly evidence: readonly {
    readonly reason: string | null;
    readonly findings: readonly { readonly got: string }[];
  }[];
}

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

const PASSWORD = 'correct horse/battery';
const soon = { timeout: 20_000, interval: 200 };

describe('what a check saw', () => {
  it('is kept and shown, but no secret of the file, though the target sends back all it is sent', async () => {
    const echo = await startWebServer();
    onTestFinished(() => echo.close());
    const folder = aFolder();
    onTestFinished(() => folder.remove());
    const words = ['$.headers.authorization', '$.headers.x-key', '$.headers.cookie', '$.path', '$.body'];
    const file = {
      version: 1,
      server: { listen: '127.0.0.1:0' },
      storage: { path: join(folder.path, 'data', 'longwatch.db') },
      monitors: [
        {
          id: 'echo',
          url: `${echo.url}?apikey=query-secret`,
          interval: '1s',
          timeout: '1s',
          method: 'POST',
          body: '${ECHO_BODY}',
          auth: { basic: { username: 'me', password: PASSWORD } },
          headers: { 'X-Key': 'plain-secret', Cookie: 'id=cookie-secret' },
          expect: {
            body: 'missing',
            json: words.map((path) => ({ path: path.replace(/\.([a-z-]+)$/, "['$1']"), equals: 1 })),
          },
        },
      ],
    };
    const config = folder.write('longwatch.json', JSON.stringify(file));
    const options = { env: { ECHO_BODY: 'variable-secret' } };
    const program = startProgram(['serve', '--config', config, '--log-level', 'debug'], options);
    running.push(program);
    const [, url = ''] = await program.seen(/ready at (\S+)/);
    const shown = await vi.waitFor(async () => {
      const answer = await runJson<Shown>(['show', 'echo', '--server', url]);
      expect(answer.evidence).toHaveLength(1);
      expect(answer.last.trace_id).not.toBeNull();
      return answer;
    }, soon);
    expect(shown.evidence[0]?.findings.length).toBeGreaterThanOrEqual(7);
    const text = await run(['show', 'echo', '--server', url]);
    const basic = Buffer.from(`me:${PASSWORD}`).toString('base64');
    expect(echo.requests[0]?.headers).toMatchObject({ authorization: `Basic ${basic}`, 'x-key': 'plain-secret' });
    const traces = echo.requests.map(({ headers }) => headers['traceparent']?.split('-')[1]);
    expect(traces).toContain(shown.last.trace_id);

    program.kill('SIGTERM');
    const { stdout, stderr } = await program.finished;
    const data = join(folder.path, 'data');
    const stored = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'));
    const everything = [JSON.stringify(shown), text.stdout, stdout, stderr, ...stored].join('\n');
    const got = shown.evidence[0]?.findings.map((finding) => finding.got).join(' ');
    expect(got).toContain('…');
    const encoded = encodeURIComponent(PASSWORD);
    const secrets = [
      'query-secret',
      'plain-secret',
      'cookie-secret',
      'variable-secret',
      PASSWORD,
      encoded,
      basic.slice(0, 20),
    ];
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  });
});
