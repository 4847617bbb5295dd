import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { aFolder, runJson, startProgram, type Program } from '../support/longwatch.ts';
import { closeAfterEach } from '../targets/close-after-each.ts';
import { records } from '../targets/dns-replies.ts';
import { startDnsServer } from '../targets/dns-server.ts';
import { startTarget } from '../targets/start-target.ts';

interface ResultsAnswer {
  results: { status: string; reason: string | null }[];
}

const { keep } = closeAfterEach();
const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.kill('SIGKILL');
    await program.finished;
  }
});

it('asks the name servers of the file, and takes over what may be dialled when the file changes', async () => {
  const target = await keep(startTarget('ok'));
  const dns = await keep(startDnsServer());
  dns.set('site.test', 'A', records(['127.0.0.1']));
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const write = (rest: string): string =>
    folder.write(
      'longwatch.yaml',
      `server: { listen: "127.0.0.1:0" }
network: { resolver: "127.0.0.1:${dns.port}", references: off${rest} }
defaults: { interval: 1s, timeout: 500ms, retries: 0 }
monitors: [{ id: site, url: "http://site.test:${target.port}/" }]
`,
    );
  const config = write('');
  const program = startProgram(['serve', '--config', config]);
  running.push(program);
  await program.seen(/ready at/);
  const newest = async () => (await runJson<ResultsAnswer>(['results', 'site', '--config', config])).results[0];
  const soon = { timeout: 15_000, interval: 100 };
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'up', reason: null }), soon);

  write(', allow_private: false');
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'unknown', reason: 'blocked' }), soon);

  write(', allow_private: false, allow: 127.0.0.1');
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'up', reason: null }), soon);

  write(', deny: 127.0.0.0/8');
  await vi.waitFor(async () => expect(await newest()).toMatchObject({ status: 'unknown', reason: 'blocked' }), soon);
  expect(program.stderr()).not.toContain('restart');
  program.kill('SIGTERM');
  expect((await program.finished).status).toBe(0);
});
