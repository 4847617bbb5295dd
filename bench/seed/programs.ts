import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const TALK = ['sequential', 'threads', 'twisted', 'gevent', 'asyncio'] as const;
const FLOORS = ['undici', 'socket'] as const;

/** What is run: Longwatch, the five programs of the talk, and two floors in Node. */
export type Program = 'longwatch' | (typeof TALK)[number] | (typeof FLOORS)[number];

/** The talk's programs that have more than one URL under way: those to beat. */
export const CONCURRENT_FOUR: readonly Program[] = ['threads', 'twisted', 'gevent', 'asyncio'];
/** Whose verdicts must agree. The floors judge nothing and follow no redirects. */
export const SIX: readonly Program[] = ['longwatch', ...TALK];
export const TIMED: readonly Program[] = ['longwatch', ...CONCURRENT_FOUR, ...FLOORS];

/** One run of one program, start-up included. */
export interface Run {
  readonly wallMs: number;
  /** User and system time of the process and its children. */
  readonly cpuMs: number;
  readonly peakMb: number;
  /** `OK` or `Bad` for each URL. */
  readonly verdicts: ReadonlyMap<string, string>;
}

/** Debian's own: its packages are not there for any other Python of the machine. */
export const PYTHON = '/usr/bin/python3';

/** Stopped after this, ms. */
const PATIENCE = 600_000;

/** The built program, as npm starts it: the file package.json names. */
export function builtProgram(): string {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { longwatch: string } };
  return join(ROOT, bin.longwatch);
}

/** The environment of every program: the bench's authority is trusted, and nothing goes through a proxy. */
export function environment(): NodeJS.ProcessEnv {
  const authority = join(ROOT, 'test', 'targets', 'certificates', 'authority.pem');
  const own = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
  return { ...Object.fromEntries(own), NODE_EXTRA_CA_CERTS: authority, SSL_CERT_FILE: authority };
}

/** Runs a program over a list of `count` URLs; throws unless it gives a verdict on each and ends well. */
export async function run(program: Program, list: string, count: number, concurrency: number): Promise<Run> {
  const command = commandOf(program, list, String(concurrency));
  const child = spawn(PYTHON, [join(import.meta.dirname, 'measure.py'), ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: environment(),
    timeout: PATIENCE,
  });
  const texts: Buffer[][] = [[], [], []];
  for (const [place, stream] of [child.stdout, child.stderr, child.stdio[3]].entries()) {
    stream?.on('data', (chunk: Buffer) => texts[place]?.push(chunk));
  }
  await new Promise((resolve) => child.once('close', resolve));
  const [lines = '', errors = '', report = ''] = texts.map((chunks) => Buffer.concat(chunks).toString());
  const { status, ...figures } = JSON.parse(report === '' ? '{}' : report) as Omit<Run, 'verdicts'> & {
    status?: number;
  };
  const verdicts = new Map(lines.trimEnd().split('\n').map(verdictOf));
  // longwatch ends with 1 when a URL is Bad, and some are.
  if ((status !== 0 && !(program === 'longwatch' && status === 1)) || verdicts.size !== count) {
    throw new Error(`${program} ended with ${status}, ${verdicts.size} verdicts on ${count} URLs\n${errors}`);
  }
  return { ...figures, verdicts };
}

function verdictOf(line: string): [string, string] {
  const [url = '', verdict = ''] = line.split(' ');
  return [url, verdict];
}

function commandOf(program: Program, list: string, concurrency: string): string[] {
  const python = (file: string): string[] => [PYTHON, join(import.meta.dirname, file), list, concurrency];
  const node = (file: string): string[] => [process.execPath, join(ROOT, 'bench', 'check', file), list, concurrency];
  switch (program) {
    case 'longwatch':
      return [process.execPath, builtProgram(), 'check', '--file', list, '--concurrency', concurrency];
    case 'sequential':
      return python('sequential.py');
    case 'threads':
      return python('threads.py');
    case 'twisted':
      return python('twisted_deferreds.py');
    case 'gevent':
      return python('gevent_pool.py');
    case 'asyncio':
      return python('asyncio_aiohttp.py');
    case 'undici':
      return node('raw-undici.mjs');
    case 'socket':
      return node('raw-socket.mjs');
  }
}
