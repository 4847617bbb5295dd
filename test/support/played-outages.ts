import { setTimeout as wait } from 'node:timers/promises';
import { aFolder, startProgram, type Program } from './longwatch.ts';
import { compareTold, randomOf, startSink, startTargets, type Outage, type Sink, type Told } from './outage-drill.ts';

/** How long, with how many targets, and with which random numbers. */
export interface OutagesOptions {
  readonly seconds: number;
  readonly targets: number;
  readonly seed: number;
  /** Told of each kill. */
  readonly onKill?: (kills: number) => void;
}

export interface PlayedOutages {
  /** What is wrong with what was told, in words. */
  readonly wrong: string[];
  readonly outages: readonly Outage[];
  readonly told: readonly Told[];
  readonly kills: number;
  readonly attempts: { all: number; again: number };
}

/** A message that was being sent when the program was killed is sent again at once; a refused one after seconds. */
const LAST_TOLD_WITHIN_MS = 45_000;

/**
 * Lets the whole program watch targets that go up and down, kills it (SIGKILL) every few seconds and starts it again, and
 * compares what a receiver of webhooks was told with what came to pass.
 */
export async function playOutages({ seconds, targets: count, seed, onKill }: OutagesOptions): Promise<PlayedOutages> {
  const random = randomOf(seed);
  const sink = await startSink(random, { refuse: 0.1, reset: 0.1, limit: 0.05 });
  const folder = aFolder();
  folder.write('longwatch.yaml', configuration([], sink));
  // A machine that has other things to do takes long to start the program, and outages must outlast that.
  const started = Date.now();
  let program = await serve(folder.path);
  const least = 8_000 + 4 * (Date.now() - started);
  await killed(program);
  const targets = await startTargets(random, { count, least, most: least * 1.7 });
  folder.write(
    'longwatch.yaml',
    configuration(
      targets.names.map((name) => [name, targets.urlOf(name)]),
      sink,
    ),
  );
  program = await serve(folder.path);
  let kills = 0;
  try {
    const end = Date.now() + Math.max(seconds * 1000, 3 * least);
    while (Date.now() < end) {
      await wait(3_000 + random() * 6_000);
      await killed(program);
      kills += 1;
      onKill?.(kills);
      program = await serve(folder.path);
    }
    targets.calmDown();
    while (!targets.allFine()) await wait(100);
    sink.behave();
    const wrong = (): string[] => compareTold(targets.outages(), sink.told());
    const latest = Date.now() + LAST_TOLD_WITHIN_MS + least;
    while (wrong().length > 0 && Date.now() < latest) await wait(250);
    return { wrong: wrong(), outages: targets.outages(), told: sink.told(), kills, attempts: sink.attempts() };
  } finally {
    await killed(program);
    await Promise.all([targets.close(), sink.close()]);
    folder.remove();
  }
}

async function serve(folder: string): Promise<Program> {
  const program = startProgram(['serve'], { cwd: folder });
  await program.seen(/ready at/);
  return program;
}

async function killed(program: Program): Promise<void> {
  program.kill('SIGKILL');
  await program.finished;
}

function configuration(targets: readonly (readonly [string, string])[], { url }: Sink): string {
  const monitors = targets.map(([id, address]) => `  - { id: ${id}, url: '${address}' }`);
  return `server: { listen: '127.0.0.1:0' }
storage: { path: longwatch.db }
defaults: { interval: 1s, timeout: 900ms, retries: 1, retry_interval: 1s, flapping: false }
network: { references: off }
channels:
  - { id: sink, type: webhook, url: '${url}' }
policies:
  - { id: all, tell: [sink], storm: off }
monitors:
  - { id: always, url: '${url}', method: HEAD }
${monitors.join('\n')}
`;
}
