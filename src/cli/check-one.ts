import { styleText } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import { plainHttp } from '../core/monitor/plain-http.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';
import { openProbes, type ProbeMonitor } from '../worker/probe/index.ts';
import { textLine, type Paint, type Subject } from './check-lines.ts';
import type { ChosenMonitor } from './check-monitors.ts';
import type { CheckOptions } from './check-options.ts';

/** What is checked: an address, or a monitor of the file. */
export type Item = string | ChosenMonitor;

/** What every check of a run needs. */
export interface Checking {
  readonly options: CheckOptions;
  readonly clock: Clock;
  readonly probe: ProbeMonitor;
}

/** How a result is written down. */
export type LineOf = (subject: Subject, outcome: Outcome, paint: Paint) => string;

/** Opens what the checks of this thread need. */
export function openChecking(options: CheckOptions, clock: Clock): Checking {
  return { options, clock, probe: openProbes({ clock }) };
}

/** Checks one item. Never rejects: what must not happen is an outcome, too. */
export async function checkOne(item: Item, checking: Checking): Promise<Outcome> {
  const { timeout } = checking.options;
  const startedAt = checking.clock.now();
  try {
    if (typeof item !== 'string') return await probeChosen(item, checking);
    if (OTHER_SCHEME.test(item)) return await probeOther(item, checking);
    const particular = {
      id: 'check',
      name: item,
      url: withScheme(item),
      interval: timeout,
      timeout,
      traceparent: false,
    };
    return await look(plainHttp(particular), checking);
  } catch (thrown) {
    return { ...outcomeNotRun('internal_error'), message: toError(thrown).message, startedAt, durationMs: 0 };
  }
}

/** Addresses of other types of target than http; what they stand for only the schema knows, which takes time to load. */
const OTHER_SCHEME = /^\s*(?:tcp|tls|dns|ping|wss?):\/\//i;

async function probeOther(url: string, checking: Checking): Promise<Outcome> {
  const { monitorOfAddress } = await import('./check-address.ts');
  const read = monitorOfAddress(url, checking.options.timeout);
  return 'type' in read ? look(read, checking) : read;
}

/** A monitor of the file is checked as it is, but nothing of its secrets is shown. */
async function probeChosen({ monitor, probe, redact }: ChosenMonitor, { options }: Checking): Promise<Outcome> {
  const { redactOutcome } = await import('../core/redact-outcome.ts');
  return redactOutcome(await look(monitor, { probe, options }), redact);
}

/** Evidence is gathered only where it will be shown. */
function look(monitor: ProbedMonitor, { probe, options }: Pick<Checking, 'probe' | 'options'>): Promise<Outcome> {
  return probe(monitor, { evidence: options.json === true || options.verbose === true });
}

/** A URL of the command line may go without a scheme. */
function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

/** How results are written down, loaded when it is wanted. */
export async function lineMaker({ json, verbose }: CheckOptions): Promise<LineOf> {
  if (json === true) return (await import('./check-json.ts')).jsonLine;
  if (verbose === true) return (await import('./check-verbose.ts')).verboseLines;
  return textLine;
}

export function subjectOf(item: Item): Subject {
  return typeof item === 'string' ? { url: item, monitor: null } : item.subject;
}

const COLOURS = { OK: 'green', Degraded: 'yellow', Bad: 'red' } as const;

/** Paints verdicts where standard output is a terminal. */
export const paint: Paint = (verdict) => {
  const word = verdict === 'Bad' ? verdict : 'OK';
  return process.stdout.isTTY ? styleText(COLOURS[verdict], word, { stream: process.stdout }) : word;
};
