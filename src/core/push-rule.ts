import { Cron } from 'croner';
import type { Milliseconds } from './duration.ts';
import type { PushMonitor } from './monitor/push.ts';

/** When reports of one job are due, and how late one may be. Times are whole ms since the epoch. */
export interface PushRule {
  /** How late a report may be: it is missing at `due + grace`. */
  readonly grace: Milliseconds;
  /** How long a run may take from its start to its end; `null` for no limit. */
  readonly maxRuntime: Milliseconds | null;
  /** Whether reports are due so long after the one before, and not at times of the wall clock. */
  readonly isRelative: boolean;
  /** When the next report is due after one that came at `time`. Later than `time`. */
  due(time: number): number;
  /** Of the moments that go on from `due` as if nothing had come, the first that is later than `due` and than `time`. */
  following(due: number, time: number): number;
  /** Tells one rule from another: equal for rules that come to the same moments. */
  readonly text: string;
}

/** What is due never, because a cron pattern has no more runs, is due this much later instead. */
const NEVER: Milliseconds = 400 * 86_400_000;

/** The rule of a monitor. A cron pattern is read in its time zone: what falls in a skipped hour runs right after it. */
export function pushRule({ interval, cron, time_zone, grace, max_runtime }: PushMonitor): PushRule {
  const shared = { grace, maxRuntime: max_runtime };
  if (cron === null) {
    return {
      ...shared,
      isRelative: true,
      due: (time) => Math.floor(time) + interval,
      following: (due, time) => due + (Math.max(0, Math.floor((time - due) / interval)) + 1) * interval,
      text: JSON.stringify([interval, grace, max_runtime]),
    };
  }
  const runs = new Cron(cron, { paused: true, timezone: time_zone });
  const next = (time: number): number => runs.nextRun(new Date(time))?.getTime() ?? Math.floor(time) + NEVER;
  return {
    ...shared,
    isRelative: false,
    due: next,
    following: (due, time) => next(Math.max(due, time)),
    text: JSON.stringify([cron, time_zone, grace, max_runtime]),
  };
}
