import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { errorCode } from '../core/errors.ts';

/** How a command ended. */
export interface CommandEnd {
  /** As a shell tells it: 128 and the number of a signal; 126 or 127 when it could not be run. */
  readonly status: number;
  /** What there is to say about it beside its status; `null` for nothing. */
  readonly message: string | null;
  /** Why it could not be run; `null` when it was. */
  readonly fault: string | null;
  /** The end of what it printed, when that was asked for. */
  readonly output: string;
}

/** So much of the end of the output is kept, bytes. */
const KEPT_OUTPUT_BYTES = 10_240;
/** How long output is waited for that others hold open after the command itself has ended, ms. */
const LAST_OUTPUT_MS = 300;

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command as if it had been run directly: its streams are ours, and signals that come to us go on to it. */
export async function runCommand(words: readonly string[], keepsOutput: boolean): Promise<CommandEnd> {
  const [program = '', ...rest] = words;
  const stdio: StdioOptions = keepsOutput ? ['inherit', 'pipe', 'pipe'] : 'inherit';
  const child = spawn(program, rest, { stdio });
  const tail = new OutputTail();
  tail.follow(child.stdout, process.stdout);
  tail.follow(child.stderr, process.stderr);
  const stopForwarding = forwardSignals(child);
  try {
    const end = await endOf(child);
    await lastOutput(child);
    return { ...end, output: tail.text() };
  } finally {
    stopForwarding();
  }
}

function endOf(child: ChildProcess): Promise<Omit<CommandEnd, 'output'>> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // Only of a command that could not be started: no other error is waited for here.
      if (child.pid !== undefined) return;
      const isMissing = errorCode(error) === 'ENOENT';
      const fault = isMissing
        ? 'the command was not found'
        : `the command cannot be run: ${errorCode(error) ?? error.message}`;
      resolve({ status: isMissing ? 127 : 126, message: fault, fault });
    });
    child.once('exit', (status, signal) => {
      if (signal === null) resolve({ status: status ?? 1, message: null, fault: null });
      else resolve({ status: 128 + constants.signals[signal], message: `ended by ${signal}`, fault: null });
    });
  });
}

/** Something the command left running may hold its output open for ever. */
async function lastOutput(child: ChildProcess): Promise<void> {
  const ends = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.readableEnded);
  const ended = Promise.all(ends.map((stream) => new Promise((resolve) => stream?.once('close', resolve))));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ends.length === 0 ? 0 : LAST_OUTPUT_MS);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
  for (const stream of ends) stream?.destroy();
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends its interrupt to every process in front, so the command has it already.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/** Passes output on and keeps its end. */
class OutputTail {
  #chunks: Buffer[] = [];
  #bytes = 0;

  follow(from: NodeJS.ReadableStream | null, to: NodeJS.WriteStream): void {
    if (from === null) return;
    // A reader that goes away ends what the command can print, as it would without us, and not its report.
    to.removeAllListeners('error');
    to.on('error', () => (from as NodeJS.ReadStream).destroy());
    from.on('data', (chunk: Buffer) => this.#keep(chunk));
    from.pipe(to, { end: false });
  }

  text(): string {
    const bytes = Buffer.concat(this.#chunks).subarray(-KEPT_OUTPUT_BYTES);
    // Not from the middle of a character.
    const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return bytes.subarray(Math.max(0, start)).toString('utf8');
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= KEPT_OUTPUT_BYTES) {
      this.#bytes -= this.#chunks.shift()?.length ?? 0;
    }
  }
}
