import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { memoryMbOf } from '../support/process.ts';
import { builtProgram, environment } from './programs.ts';

const COUNT = 100_000;
const EARLY = 10_000;

/** Peak memory of one `longwatch check` over 100,000 URLs from standard input, MB. */
export interface MemoryResult {
  readonly peak_mb_at_10000: number;
  readonly peak_mb_at_100000: number;
}

/** Runs the check. The list ends only when all of it is checked, so that the process can still be looked at. */
export async function measureMemory(base: string): Promise<MemoryResult> {
  const child = spawn(process.execPath, [builtProgram(), 'check', '--file', '-'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environment(),
  });
  const closed = once(child, 'close');
  const peak = (): number => Math.round(memoryMbOf(child.pid ?? 0).peak);
  let lines = 0;
  let early: number | undefined;
  const through = new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`longwatch ended after ${lines} of ${COUNT} URLs`)));
    child.stdout.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      if (lines >= EARLY) early ??= peak();
      if (lines === COUNT) resolve(peak());
    });
  });
  const fed = feed(child.stdin, base);
  const late = await through;
  await fed;
  child.stdin.end();
  await closed;
  return { peak_mb_at_10000: early ?? Number.NaN, peak_mb_at_100000: late };
}

async function feed(input: NodeJS.WritableStream, base: string): Promise<void> {
  for (let n = 0; n < COUNT; n++) {
    if (!input.write(`${base}/at-once/${n}\n`)) await once(input, 'drain');
  }
}
