import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** An empty folder for one test; `remove` takes it away with all that is in it. */
export function aFolder(): { path: string; write(name: string, text: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'longwatch-test-'));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as a real process. */
export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  readonly finished: Promise<Finished>;
  /** Resolves with the first match in standard output or error; rejects when the program ends without one. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
}

/** Starts `longwatch <args>` from source. */
export function startProgram(args: readonly string[], options: RunOptions = {}): Program {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), PROGRAM, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const look = new Set<() => void>();
  const onText = (): void => look.forEach((listener) => listener());
  child.stdout.on('data', (chunk: Buffer) => ((stdout += chunk.toString()), onText()));
  child.stderr.on('data', (chunk: Buffer) => ((stderr += chunk.toString()), onText()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    finished,
    seen(pattern) {
      return new Promise((resolve, reject) => {
        const listener = (): void => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (match === null) return;
          look.delete(listener);
          resolve(match);
        };
        look.add(listener);
        listener();
        void finished.then(() => reject(new Error(`ended without ${String(pattern)}\n${stdout}\n${stderr}`)));
      });
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs `longwatch <args>` to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return startProgram(args, options).finished;
}

/** Runs a command with `--json` and returns what it printed; throws with its standard error when it printed nothing. */
export async function runJson<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
  const { stdout, stderr, status } = await run([...args, '--json'], options);
  if (stdout === '') throw new Error(`longwatch ${args.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
