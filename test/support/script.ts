import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** Starts a TypeScript file of the tests as a process of its own. */
export function startScript(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

/** Runs such a file to its end and returns what it printed. */
export function runScript(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = startScript(file, args, options);
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((resolve) => child.once('close', () => resolve(printed)));
}
