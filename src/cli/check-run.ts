import { systemClock, type Clock } from '../core/clock.ts';
import { AppError, errorCode } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { isOk } from './check-lines.ts';
import type { ChosenMonitor } from './check-monitors.ts';
import type { PluginLine } from './check-nagios.ts';
import {
  checkOne,
  lineMaker,
  openChecking,
  paint,
  subjectOf,
  type Checking,
  type Item,
  type LineOf,
} from './check-one.ts';
import type { CheckOptions } from './check-options.ts';
import { startProgress, type Progress, type Tally } from './check-progress.ts';
import { isWorthSharing, Share, type Results } from './check-share.ts';
import { assertReadable, UrlList } from './check-urls.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Frugality, isLongList } from './frugality.ts';
import { Lanes } from './lanes.ts';
import { LineWriter } from './line-writer.ts';

/** How long an interrupted run waits for a reader that takes nothing, ms. */
const LAST_FLUSH_MS = 500;

/** What one run of `longwatch check` works with. */
interface Run extends Checking {
  readonly started: number;
  readonly lineOf: LineOf;
  readonly plugin: PluginLine | null;
  readonly writer: LineWriter;
  readonly progress: Progress;
  readonly tally: Tally;
  readonly onTerminal: boolean;
}

/** Checks every URL once, prints a line for each as it finishes and a summary; returns the exit status. */
export async function runCheck(given: readonly string[], options: CheckOptions): Promise<number> {
  const { file, monitor = [] } = options;
  if (given.length === 0 && file === undefined && monitor.length === 0) {
    throw new AppError('usage', 'no URLs to check', { hint: 'Name some, or read a list with --file; see --help.' });
  }
  if (options.config !== undefined && monitor.length === 0) {
    throw new AppError('usage', '--config is of no use without --monitor');
  }
  const listBytes = file === undefined ? 0 : await assertReadable(file);
  const tally: Tally = { ok: 0, bad: 0, running: 0 };
  const clock = systemClock;
  const monitors = await chosenMonitors(options, clock);
  const run: Run = {
    ...openChecking(options, clock),
    started: clock.monotonic(),
    lineOf: await lineMaker(options),
    plugin: options.nagios === true ? new (await import('./check-nagios.ts')).PluginLine() : null,
    writer: new LineWriter(process.stdout.fd),
    progress: startProgress(process.stderr, tally),
    tally,
    onTerminal: process.stdout.isTTY,
  };
  const interrupt = (): void => void finishEarly(run, 130);
  process.once('SIGINT', interrupt);
  try {
    await checkAll(monitors, new UrlList(given, file), run, listBytes);
    await run.writer.flush();
  } finally {
    process.off('SIGINT', interrupt);
    run.progress.close();
  }
  return conclude(run);
}

/** Keeps as many checks going as the options allow, half of them in a thread when that pays. */
async function checkAll(monitors: readonly ChosenMonitor[], urls: UrlList, run: Run, listBytes: number): Promise<void> {
  const { options, tally } = run;
  const [frugality, collect] = [new Frugality(listBytes), collectGarbage()];
  const isLong = isLongList(listBytes);
  let share: Share | undefined;
  let shared: Promise<void> | undefined;
  // The line of a plugin is made of outcomes, and a terminal is slower than any core.
  let mayShare = run.plugin === null && !run.onTerminal;
  const count = (ended: number): void => {
    // Not before a check has ended: undici's parser must not be compiled during the pause.
    if (mayShare && isWorthSharing(urls, options, isLong)) beginToShare();
    frugality.count(ended);
    collect(ended);
  };
  const monitorsLeft = monitors.values();
  const lane = async (mayGoOn: () => boolean): Promise<void> => {
    for (const monitor of monitorsLeft) await report(monitor, await checkCounted(monitor, run), run);
    do {
      while (mayGoOn()) {
        const url = urls.next();
        if (url === undefined) break;
        const full = report(url, await checkCounted(url, run), run);
        if (full !== null) await full;
        count(1);
      }
    } while (mayGoOn() && (await urls.readOn()));
  };
  const lanes = new Lanes(options.concurrency, lane, () => share?.handOver());
  const take = ({ text, ok, bad, done }: Results): Promise<void> | null => {
    tally.ok += ok;
    tally.bad += bad;
    count(done.length);
    return print(text, run);
  };
  const beginToShare = (): void => {
    mayShare = false;
    frugality.pause();
    share = new Share({ options, urls, lanes, tally, take, ready: () => frugality.resume() });
    shared = share.over.then(() => lanes.fill());
    // Awaited below, where it rejects once more: until the lanes here are through nobody listens.
    shared.catch(() => undefined);
  };
  try {
    await lanes.fill();
    share?.finish();
    await shared;
  } finally {
    share?.close();
  }
}

async function checkCounted(item: Item, run: Run): Promise<Outcome> {
  const { tally } = run;
  tally.running++;
  const outcome = await checkOne(item, run);
  tally.running--;
  return outcome;
}

/** Prints one outcome; `null`, or what to wait for before there are more. */
function report(item: Item, outcome: Outcome, run: Run): Promise<void> | null {
  const { tally, progress, plugin } = run;
  const subject = subjectOf(item);
  if (isOk(outcome)) tally.ok++;
  else tally.bad++;
  if (plugin !== null) {
    plugin.add(subject, outcome);
    return null;
  }
  const line = run.lineOf(subject, outcome, paint);
  if (run.onTerminal) {
    // The same terminal as the progress line, so one after the other.
    progress.clear();
    process.stdout.write(line);
    return null;
  }
  return print(line, run);
}

function print(text: string, run: Run): Promise<void> | null {
  const { writer } = run;
  const full = writer.write(text);
  return writer.fault === null ? full : stop(writer.fault, run);
}

/** Nobody reads on (`| head -1`): there is nothing left to do. Any other fault is one. */
async function stop(fault: Error, run: Run): Promise<void> {
  if (errorCode(fault) === 'EPIPE') await finishEarly(run, 0);
  throw cannotWrite(fault);
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
  if (run.plugin !== null) {
    const { line, exitStatus } = run.plugin.conclude();
    process.stdout.write(line);
    return exitStatus;
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

async function chosenMonitors({ monitor = [], config }: CheckOptions, clock: Clock): Promise<readonly ChosenMonitor[]> {
  if (monitor.length === 0) return [];
  const { chooseMonitors } = await import('./check-monitors.ts');
  return chooseMonitors(monitor, { file: config, clock });
}
