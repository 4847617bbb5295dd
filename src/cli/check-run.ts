import { styleText } from 'node:util';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';
import type { HttpMonitor } from '../core/monitor/http.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { PLAIN_HTTP } from '../core/monitor/plain-http.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';
import { openProbes, type ProbeMonitor } from '../worker/probe/index.ts';
import { isOk, textLine, type Paint, type Subject } from './check-lines.ts';
import type { ChosenMonitor } from './check-monitors.ts';
import type { PluginLine } from './check-nagios.ts';
import { startProgress, type Progress, type Tally } from './check-progress.ts';
import { assertReadable, UrlList } from './check-urls.ts';
import { LineWriter } from './line-writer.ts';
import { collectGarbage } from './collect-garbage.ts';
import { optimiseLate } from './optimise-late.ts';

/** What the command line of `longwatch check` says. */
export interface CheckOptions {
  readonly file?: string;
  readonly concurrency: number;
  readonly timeout: Milliseconds;
  readonly json?: true;
  readonly verbose?: true;
  readonly nagios?: true;
  /** Ids of monitors to check besides, of the file `config`. */
  readonly monitor?: readonly string[];
  readonly config?: string;
}

/** What is checked: an address, or a monitor of the file. */
type Item = string | ChosenMonitor;

type LineOf = (subject: Subject, outcome: Outcome, paint: Paint) => string;

/** How long an interrupted run waits for a reader that takes nothing, ms. */
const LAST_FLUSH_MS = 500;

/** What one run of `longwatch check` works with. */
interface Run {
  readonly options: CheckOptions;
  readonly clock: Clock;
  readonly started: number;
  readonly probe: ProbeMonitor;
  /** What an address is checked as, but for the address. */
  readonly usual: Omit<HttpMonitor, 'name' | 'url'>;
  readonly lineOf: LineOf;
  readonly plugin: PluginLine | null;
  readonly writer: LineWriter;
  readonly progress: Progress;
  readonly tally: Tally;
  readonly onTerminal: boolean;
}

/** Checks every URL once, prints a line for each as it finishes and a summary; returns the exit status. */
export async function runCheck(given: readonly string[], options: CheckOptions): Promise<number> {
  const { file, timeout, monitor = [] } = options;
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
    options,
    clock,
    started: clock.monotonic(),
    probe: openProbes({ clock }),
    usual: { ...PLAIN_HTTP, id: 'check', interval: timeout, timeout, traceparent: false },
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
    const [optimise, collect] = [optimiseLate(listBytes), collectGarbage()];
    await checkAll(monitors, new UrlList(given, file), run, () => {
      optimise();
      collect();
    });
    await run.writer.flush();
  } finally {
    process.off('SIGINT', interrupt);
    run.progress.close();
  }
  return conclude(run);
}

/** Keeps as many checks going as the options allow, each lane taking the next when its check is through. */
async function checkAll(
  monitors: readonly ChosenMonitor[],
  urls: UrlList,
  run: Run,
  oneMore: () => void,
): Promise<void> {
  const monitorsLeft = monitors.values();
  const lane = async (): Promise<void> => {
    for (const monitor of monitorsLeft) await report(monitor, await checkOne(monitor, run), run);
    do {
      for (let url = urls.next(); url !== undefined; url = urls.next()) {
        const full = report(url, await checkOne(url, run), run);
        if (full !== null) await full;
        oneMore();
      }
    } while (await urls.readOn());
  };
  await Promise.all(Array.from({ length: run.options.concurrency }, lane));
}

async function checkOne(item: Item, run: Run): Promise<Outcome> {
  const { usual, clock, tally } = run;
  const startedAt = clock.now();
  tally.running++;
  try {
    if (typeof item !== 'string') return await probeChosen(item, run);
    return OTHER_SCHEME.test(item)
      ? await probeOther(item, run)
      : await look({ ...usual, name: item, url: withScheme(item) }, run);
  } catch (thrown) {
    return { ...outcomeNotRun('internal_error'), message: toError(thrown).message, startedAt, durationMs: 0 };
  } finally {
    tally.running--;
  }
}

/** Prints one outcome; `null`, or what to wait for before there are more. */
function report(item: Item, outcome: Outcome, run: Run): Promise<void> | null {
  const { writer, tally, progress, plugin } = run;
  const subject = typeof item === 'string' ? { url: item, monitor: null } : item.subject;
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
  const full = writer.write(line);
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

/** Addresses of other types of target than http; what they stand for only the schema knows, which takes time to load. */
const OTHER_SCHEME = /^\s*(?:tcp|tls|dns|ping|wss?):\/\//i;

async function probeOther(url: string, run: Run): Promise<Outcome> {
  const { monitorOfAddress } = await import('./check-address.ts');
  const read = monitorOfAddress(url, run.options.timeout);
  return 'type' in read ? look(read, run) : read;
}

/** A monitor of the file is checked as it is, but nothing of its secrets is shown. */
async function probeChosen({ monitor, probe, redact }: ChosenMonitor, { options }: Run): Promise<Outcome> {
  const { redactOutcome } = await import('../core/redact-outcome.ts');
  return redactOutcome(await look(monitor, { probe, options }), redact);
}

/** Evidence is gathered only where it will be shown. */
function look(monitor: ProbedMonitor, { probe, options }: Pick<Run, 'probe' | 'options'>): Promise<Outcome> {
  return probe(monitor, { evidence: options.json === true || options.verbose === true });
}

/** How a result is written down, loaded when it is wanted. */
async function lineMaker({ json, verbose }: CheckOptions): Promise<LineOf> {
  if (json === true) return (await import('./check-json.ts')).jsonLine;
  if (verbose === true) return (await import('./check-verbose.ts')).verboseLines;
  return textLine;
}

async function chosenMonitors({ monitor = [], config }: CheckOptions, clock: Clock): Promise<readonly ChosenMonitor[]> {
  if (monitor.length === 0) return [];
  const { chooseMonitors } = await import('./check-monitors.ts');
  return chooseMonitors(monitor, { file: config, clock });
}

/** A URL of the command line may go without a scheme. */
function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

const COLOURS = { OK: 'green', Degraded: 'yellow', Bad: 'red' } as const;

const paint: Paint = (verdict) => {
  const word = verdict === 'Bad' ? verdict : 'OK';
  return process.stdout.isTTY ? styleText(COLOURS[verdict], word, { stream: process.stdout }) : word;
};
