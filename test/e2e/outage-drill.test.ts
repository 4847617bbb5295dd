import { afterEach, describe, expect, it, vi } from 'vitest';
import { compareTold, randomOf, startSink, startTargets } from '../support/outage-drill.ts';
import { aFolder, startProgram, type Program } from '../support/longwatch.ts';

const SECONDS = 45;
const SLACK_MS = 6_000;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('telling of outages', () => {
  it(
    'tells each once, with kill -9 at any moment and a receiver that fails now and then',
    { timeout: 180_000 },
    async () => {
      const seed = Date.now() % 1_000_000;
      const random = randomOf(seed);
      const targets = await startTargets(random, { count: 8, least: 9_000, most: 18_000 });
      closing.push(() => targets.close());
      const sink = await startSink(random, { refuse: 0.1, reset: 0.1, limit: 0.05 });
      closing.push(() => sink.close());
      const folder = aFolder();
      closing.push(() => folder.remove());
      folder.write(
        'longwatch.yaml',
        configuration(
          targets.names.map((name) => [name, targets.urlOf(name)]),
          sink.url,
        ),
      );
      let program = await serve(folder.path);
      closing.push(async () => {
        program.kill('SIGKILL');
        await program.finished;
      });
      const end = Date.now() + SECONDS * 1000;
      while (Date.now() < end) {
        const next = Date.now() + 2_000 + random() * 7_000;
        await vi.waitUntil(() => Date.now() >= next, { timeout: 20_000, interval: 20 });
        program.kill('SIGKILL');
        await program.finished;
        program = await serve(folder.path);
      }
      targets.repair();
      sink.behave();
      const wrong = (): string[] => compareTold(targets.outages(), sink.told(), SLACK_MS);
      await vi.waitUntil(() => wrong().length === 0, { timeout: 40_000, interval: 250 }).catch(() => undefined);
      expect(wrong(), `seed ${seed}`).toEqual([]);
      expect(targets.outages().length).toBeGreaterThan(8);
    },
  );
});

async function serve(folder: string): Promise<Program> {
  const program = startProgram(['serve'], { cwd: folder });
  await program.seen(/ready/);
  return program;
}

function configuration(targets: readonly (readonly [string, string])[], sink: string): string {
  const monitors = targets.map(([name, url]) => `  - { id: ${name}, url: '${url}' }`);
  return `server: { listen: '127.0.0.1:0' }
storage: { path: longwatch.db }
defaults: { interval: 1s, timeout: 900ms, retries: 1, retry_interval: 1s, flapping: false }
network: { references: off }
channels:
  - { id: sink, type: webhook, url: '${sink}' }
policies:
  - { id: all, tell: [sink], storm: off }
monitors:
${monitors.join('\n')}
`;
}
