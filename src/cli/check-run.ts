import { styleText } from 'node:util';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { PLAIN_HTTP } from '../core/monitor/plain-http.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';
import { openProbes, type ProbeMonitor } from '../worker/probe/index.ts';
import { isOk, jsonLine, textLine, type Paint } from './check-lines.ts';
import { startProgress, type Progress, type Tally } from './check-progress.ts';
import { assertReadable, readUrls } from './check-urls.ts';
import { LineWriter } from './line-writer.ts';

/** What the command line of `longwatch check` says. */
export interface CheckOptions {
  readonly file?: string;
  readonly concurrency: number;
  readonly timeout: Milliseconds;
  readonly json?: true;
}

/** How long an interrupted run waits for a reader that takes nothing, ms. */
const LAST_FLUSH_MS = 500;

/** What one run of `longwatch check` works with. */
interface Run {
  readonly options: CheckOptions;
  readonly clock: Clock;
  readonly started: number;
  readonly probe: ProbeMonitor;
  readonly writer: LineWriter;
  readonly progress: Progress;
  readonly tally: Tally;
}

/** Checks every URL once, prints a line for each as it finishes and a summary; returns the exit status. */
export async function runCheck(given: readonly string[], options: CheckOptions): Promise<number> {
  const { file } = options;
  if (given.length === 0 && file === undefined) {
    throw new AppError('usage', 'no URLs to check', { hint: 'Name some, or read a list with --file; see --help.' });
  }
  if (file !== undefined) await assertReadable(file);
  const tally: Tally = { ok: 0, bad: 0, running: 0 };
  const clock = systemClock;
  const run: Run = {
    options,
    clock,
    started: clock.monotonic(),
    probe: openProbes({ clock }),
    writer: new LineWriter(process.stdout.fd),
    progress: startProgress(process.stderr, tally),
    tally,
  };
  const interrupt = (): void => void finishEarly(run, 130);
  process.once('SIGINT', interrupt);
  try {
    await checkAll(readUrls(given, file), run);
    await run.writer.flush();
  } finally {
    process.off('SIGINT', interrupt);
    run.progress.close();
  }
  return conclude(run);
}

/** Keeps as many checks going as the options allow, each lane taking the next URL when its check is through. */
async function checkAll(urls: AsyncGenerator<string>, run: Run): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = await urls.next(); next.done !== true; next = await urls.next()) {
      await report(next.value, await checkOne(next.value, run), run);
    }
  };
  await Promise.all(Array.from({ length: run.options.concurrency }, lane));
}

async function checkOne(url: string, { options, clock, probe, tally }: Run): Promise<Outcome> {
  const startedAt = clock.now();
  tally.running++;
  try {
    return await probe(monitorOf(url, options));
  } catch (thrown) {
    return { ...outcomeNotRun('internal_error'), message: toError(thrown).message, startedAt, durationMs: 0 };
  } finally {
    tally.running--;
  }
}

async function report(url: string, outcome: Outcome, run: Run): Promise<void> {
  const { writer, tally, progress, options } = run;
  if (isOk(outcome)) tally.ok++;
  else tally.bad++;
  const line = options.json === true ? jsonLine(url, outcome) : textLine(url, outcome, paint);
  if (process.stdout.isTTY) {
    // The same terminal as the progress line, so one after the other.
    progress.clear();
    process.stdout.write(line);
    return;
  }
  await writer.write(line);
  // Nobody reads on (`| head -1`): there is nothing left to do.
  if (errorCode(writer.fault) === 'EPIPE') await finishEarly(run, 0);
  if (writer.fault !== null) throw cannotWrite(writer.fault);
}

/** Ends the process with checks still under way. */
async function finishEarly(run: Run, exitStatus: number): Promise<void> {
  run.progress.close();
  await Promise.race([run.writer.flush(), new Promise((resolve) => setTimeout(resolve, LAST_FLUSH_MS))]);
  if (exitStatus !== 0) summarise(run, 'interrupted: ');
  process.exit(exitStatus);
}

function conclude(run: Run): number {
  const { fault } = run.writer;
  if (errorCode(fault) === 'EPIPE') return 0;
  if (fault !== null) throw cannotWrite(fault);
  if (run.tally.ok + run.tally.bad === 0) {
    throw new AppError('usage', 'no URLs to check', { hint: 'The list is empty.' });
  }
  summarise(run, '');
  return run.tally.bad === 0 ? 0 : 1;
}

function summarise({ clock, started, tally }: Run, prefix: string): void {
  const seconds = ((clock.monotonic() - started) / 1000).toFixed(1);
  process.stderr.write(`${prefix}${tally.ok + tally.bad} checked in ${seconds} s: ${tally.ok} OK, ${tally.bad} Bad\n`);
}

function cannotWrite(cause: Error): AppError {
  return new AppError('output_failed', `the results cannot be written: ${cause.message}`, { cause });
}

/** A URL of the command line as the monitor it would be. */
function monitorOf(url: string, options: CheckOptions): ProbedMonitor {
  const target = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  const { timeout } = options;
  return { ...PLAIN_HTTP, id: 'check', name: url, interval: timeout, timeout, url: target, traceparent: false };
}

const paint: Paint = (word) => {
  if (!process.stdout.isTTY) return word;
  return styleText(word === 'OK' ? 'green' : 'red', word, { stream: process.stdout });
};
