import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

const TAIL_LINES = 40;

/** Ends a script with a message for people; caught at the top of each script. */
export class SetupError extends Error {}

/**
 * Runs a command with its output kept in `.cache/<log>.log` instead of on the screen; `onLine` sees each line as it
 * comes. Gives the exit status (`null` when it could not be started or was killed) and the last lines of the output.
 */
export function runQuietly(command, args, { log, env = process.env, onLine = () => {} }) {
  mkdirSync(CACHE, { recursive: true });
  const logPath = join(CACHE, `${log}.log`);
  const file = createWriteStream(logPath);
  return new Promise((resolve) => {
    const tail = [];
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (line) => {
      onLine(line);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        file.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(take);
      });
      stream.on('end', () => rest !== '' && take(rest));
    }
    const stop = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const end = (status, signal) => {
      for (const name of signals) process.off(name, stop);
      file.end(() => resolve({ status, signal, tail, logPath }));
    };
    child.on('error', (error) => {
      take(error.message);
      end(null, null);
    });
    child.on('close', end);
  });
}

/** Whether a command of that name is on the PATH. */
export function commandExists(name) {
  const finder = process.platform === 'win32' ? ['where', [name]] : ['sh', ['-c', `command -v ${name}`]];
  return spawnSync(finder[0], finder[1], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs a script's main function and turns what it throws into a message and exit status 1. `onFailure` may say more.
 */
export async function runScript(main, onFailure = () => {}) {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? String(error))}\n`);
    onFailure();
  }
}
