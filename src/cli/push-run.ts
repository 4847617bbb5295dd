import { randomUUID } from 'node:crypto';
import { readPushEnvironment } from '../config/push-environment.ts';
import { systemClock } from '../core/clock.ts';
import { AppError, toError } from '../core/errors.ts';
import { readServer } from './history-options.ts';
import type { PushOptions } from './push.ts';
import { sendReport, type ReportAddress } from './push-client.ts';
import { runCommand } from './wrapped-command.ts';

const LOCAL_SERVER = 'http://127.0.0.1:8080';

/** Reports for a job, or runs it; returns the exit status. Throws what `sendReport` throws, and `usage`. */
export async function runPush(
  [before, command]: readonly [before: readonly string[], after: readonly string[] | null],
  options: PushOptions,
): Promise<number> {
  if (command !== null && (options.start === true || options.fail === true)) {
    throw new AppError('usage', 'with a command --start and --fail say themselves', { hint: 'Leave them out.' });
  }
  if (command === null && options.log === true) {
    throw new AppError('usage', '--log is for the output of a command', { hint: 'Write the command after --.' });
  }
  if (command?.length === 0) throw new AppError('usage', 'there is no command after --');
  if (before.length > 1) {
    throw new AppError('usage', 'there is more than a token', { hint: 'A command stands after --; see --help.' });
  }
  const address = addressOf(before[0], options);
  if (command !== null) return await wrap(command, address, options);
  const path = options.start === true ? '/start' : options.fail === true ? '/fail' : '';
  await sendReport(address, { path, query: { msg: options.msg }, text: '' });
  return 0;
}

function addressOf(given: string | undefined, { url }: PushOptions): ReportAddress {
  const environment = readPushEnvironment();
  const token = given ?? environment.token;
  if (token === undefined || token === '') {
    throw new AppError('usage', 'there is no token', {
      hint: 'Name it first, or set LONGWATCH_PUSH_TOKEN; see --help.',
    });
  }
  const server = url ?? environment.url ?? LOCAL_SERVER;
  try {
    return { token, server: readServer(server) };
  } catch (thrown) {
    const where = url === undefined ? 'LONGWATCH_URL' : '--url';
    throw new AppError('usage', `${where} is not the address of a server. ${toError(thrown).message}`);
  }
}

/** Runs a job between the reports of its start and its end. Whatever becomes of those, its exit status is ours. */
async function wrap(command: readonly string[], address: ReportAddress, { msg, log }: PushOptions): Promise<number> {
  const rid = randomUUID();
  const ended = new AbortController();
  // While the job runs already: a server that is away must not keep it waiting.
  const starting = report('start', () =>
    sendReport(address, { path: '/start', query: { rid }, text: '' }, ended.signal),
  );
  const begun = systemClock.monotonic();
  const end = await runCommand(command, log === true);
  const run_ms = (systemClock.monotonic() - begun).toFixed(0);
  if (end.fault !== null) process.stderr.write(`longwatch push: ${end.fault}: ${command[0]}\n`);
  const stopInsisting = endOnSecondSignal(end.status);
  ended.abort();
  // In order: a start that came after its end would begin a run that never ends.
  await starting;
  const query = { rid, run_ms, msg: msg ?? end.message ?? undefined };
  await report('end', () => sendReport(address, { path: `/${end.status}`, query, text: end.output }));
  stopInsisting();
  return end.status;
}

async function report(what: 'start' | 'end', send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (thrown) {
    process.stderr.write(`longwatch push: the ${what} of the job was not reported: ${toError(thrown).message}\n`);
  }
}

/** The job is over: whoever wants us to end now gets its exit status at once. */
function endOnSecondSignal(status: number): () => void {
  const end = (): void => process.exit(status);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  };
}
