import { spawn, type ChildProcess } from 'node:child_process';
import type { ExecChannel } from '../../core/channel/exec.ts';
import type { DeliveryAnswer } from '../../core/notify/message.ts';
import { toError } from '../../core/errors.ts';
import { formatDuration } from '../../core/duration.ts';
import type { ChannelKind, SendDeps } from '../contract.ts';
import { plainLine } from '../escape.ts';
import { noAnswer } from '../http-answer.ts';
import { templateValues } from '../template-values.ts';
import { webhookBody } from '../webhook-body.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MOST_HEARD = 4096;
/** What a program said is on its way still when it has ended, ms. */
const LAST_WORDS_MS = 200;

/**
 * A program of this machine, without a shell: the message as JSON (that of a webhook) on its standard input, the fields of
 * templates as `LONGWATCH_…` in its environment. It is told when it ends with 0, and tried again else.
 */
export const EXEC: ChannelKind<ExecChannel> = {
  type: 'exec',
  async send(message, sending, channel, deps) {
    const values = Object.entries(templateValues(message, sending));
    const fields = Object.fromEntries(values.map(([name, value]) => [`LONGWATCH_${name.toUpperCase()}`, value]));
    const env = { PATH, ...channel.environment, ...fields };
    try {
      return await run(channel, { env, input: webhookBody(message, sending) }, deps);
    } catch (thrown) {
      return noAnswer(`the program could not be started: ${toError(thrown).message}`);
    }
  },
};

interface Run {
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
}

function run({ command, timeout }: ExecChannel, { env, input }: Run, { signal }: SendDeps): Promise<DeliveryAnswer> {
  const [program = '', ...parameters] = command;
  // A process group of its own, so that what it started ends with it.
  const child = spawn(program, parameters, { env, shell: false, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    let killed: string | null = null;
    let lastWords: NodeJS.Timeout | undefined;
    const kill = (why: string): void => {
      killed ??= why;
      killGroup(child);
    };
    const stop = (): void => kill('the attempt was ended');
    const timer = setTimeout(() => kill(`it did not end within ${formatDuration(timeout)} and was killed`), timeout);
    const over = (): void => {
      clearTimeout(timer);
      clearTimeout(lastWords);
      signal.removeEventListener('abort', stop);
    };
    const hear = (chunk: Buffer): void => {
      if (said.length < MOST_HEARD) said += chunk.toString('utf8', 0, MOST_HEARD);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => {
      over();
      reject(error);
    });
    // What it left running may hold on to its output; that it has ended is known all the same.
    child.on('exit', () => {
      clearTimeout(timer);
      lastWords = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS_MS);
    });
    child.on('close', (code, killer) => {
      over();
      resolve(answerOf(killed ?? endWords(code, killer), said, code === 0 && killed === null));
    });
    // One that does not read its input has closed the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

function endWords(code: number | null, signal: string | null): string {
  return code === null ? `ended by ${signal ?? 'a signal'}` : `ended with ${code}`;
}

function answerOf(how: string, said: string, went: boolean): DeliveryAnswer {
  const words = plainLine(said === '' ? how : `${how}: ${said}`);
  return { outcome: went ? 'delivered' : 'failed', detail: words, statusCode: null, retryAfter: null };
}
