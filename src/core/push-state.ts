import type { Milliseconds } from './duration.ts';
import type { PushRule } from './push-rule.ts';
import type { Reason } from './reasons.ts';
import type { Status } from './status.ts';

/**
 * The state machine of a monitor whose job reports by itself: pure, so that any order of reports and time can be tried.
 * All times are whole ms since the epoch. Slots of its verdicts only ever grow, also when the wall clock is set back, and
 * from the first on there is always one that speaks: what follows a verdict begins where that ends, or before.
 */

/** A run that began and did not end yet, as far as is known. */
export interface PushRun {
  /** The UUID it was given; `null` for the one run of a job that gives none. */
  readonly id: string | null;
  readonly startedAt: number;
  /** When it will have run for too long; `null` for never, and once that was said or cannot be told any more. */
  readonly limitAt: number | null;
}

/** Where a monitor stands. */
export interface PushState {
  /** Since when reports are waited for. */
  readonly watchedSince: number;
  /** When a run last reported its end, well or badly. */
  readonly lastReport: number | null;
  /** When the next report is due; it is missing when the grace is over too. */
  readonly due: number;
  /** Until when the newest verdict speaks; before the first one, until nothing can be said any more. */
  readonly spokenUntil: number;
  /** The slot of the newest verdict. */
  readonly lastSlot: number | null;
  readonly status: Status;
  readonly reason: Reason | null;
  /** Oldest first, at most {@link MOST_RUNS}. */
  readonly runs: readonly PushRun[];
}

/** What is concluded about a stretch of time. */
export interface PushVerdict {
  readonly slot: number;
  /** Speaks to here unless another verdict follows before; later than `slot`. */
  readonly until: number;
  readonly status: Status;
  readonly reason: Reason | null;
  readonly message: string | null;
  /** When the report came that it is made of; `null` for one made of silence. */
  readonly reportedAt: number | null;
  readonly runMs: Milliseconds | null;
}

/** What an event led to. */
export interface PushStep {
  readonly state: PushState;
  /** In order of slot. */
  readonly verdicts: readonly PushVerdict[];
}

/** What a report says: a run began, a run ended well or badly, or just something worth keeping. */
export type ReportKind = 'start' | 'success' | 'fail' | 'log';

/** What of a report the state depends on. */
export interface PushEvent {
  readonly kind: ReportKind;
  readonly at: number;
  readonly run: string | null;
  readonly runMs: Milliseconds | null;
  readonly message: string | null;
}

/** Runs without an end that are remembered; of more the oldest are forgotten. */
export const MOST_RUNS = 20;

/** Begins to wait for reports. Nothing is concluded before the first deadline. */
export function beginWatching(rule: PushRule, now: number): PushState {
  const since = Math.floor(now);
  const due = rule.due(since);
  return {
    watchedSince: since,
    lastReport: null,
    due,
    spokenUntil: due + rule.grace,
    lastSlot: null,
    status: 'unknown',
    reason: null,
    runs: [],
  };
}

/** The next moment at which something has to be concluded unless a report comes before. */
export function nextMoment(state: PushState, rule: PushRule): number {
  return Math.min(state.due + rule.grace, state.spokenUntil, limitOf(state));
}

/** Takes a report in, after what time alone led to before it. */
export function takeReport(state: PushState, rule: PushRule, event: PushEvent): PushStep {
  const before = passTime(state, rule, event.at);
  const { state: current } = before;
  const at = Math.floor(event.at);
  if (event.kind === 'log') return before;
  const others = current.runs.filter(({ id }) => id !== event.run);
  if (event.kind === 'start') {
    const limitAt = rule.maxRuntime === null ? null : at + rule.maxRuntime;
    const run: PushRun = { id: event.run, startedAt: at, limitAt };
    return { ...before, state: { ...current, runs: [...others, run].slice(-MOST_RUNS) } };
  }
  const run = current.runs.find(({ id }) => id === event.run);
  const due = rule.due(at);
  const isGood = event.kind === 'success';
  const step = conclude(
    { ...current, lastReport: at, due, runs: others },
    {
      slot: at,
      until: due + rule.grace,
      status: isGood ? 'up' : 'down',
      reason: isGood ? null : 'push_failed',
      message: event.message,
      reportedAt: at,
      runMs: event.runMs ?? (run === undefined ? null : Math.max(0, at - run.startedAt)),
    },
  );
  return { state: step.state, verdicts: [...before.verdicts, ...step.verdicts] };
}

/** Concludes what is to be concluded when time alone passes up to `now`. Costs the same however long that was. */
export function passTime(state: PushState, rule: PushRule, now: number): PushStep {
  let current = state;
  const verdicts: PushVerdict[] = [];
  for (let moment = nextMoment(current, rule); moment <= now; moment = nextMoment(current, rule)) {
    const step = concludeAt(current, rule, { moment, now });
    verdicts.push(...step.verdicts);
    current = step.state;
  }
  return { state: current, verdicts };
}

function concludeAt(
  state: PushState,
  rule: PushRule,
  { moment, now }: { readonly moment: number; readonly now: number },
): PushStep {
  const deadline = state.due + rule.grace;
  const silent = { slot: moment, message: null, reportedAt: null, runMs: null };
  if (limitOf(state) === moment) {
    const told = { ...state, runs: state.runs.map((run) => withoutLimit(run, moment)) };
    // At the deadline itself the missing report says it.
    if (deadline <= moment) return { state: told, verdicts: [] };
    return conclude(told, { ...silent, until: deadline, status: 'down', reason: 'push_overrun' });
  }
  if (deadline <= moment) {
    const due = rule.following(state.due, now - rule.grace);
    const until = due + rule.grace;
    return conclude({ ...state, due }, { ...silent, slot: deadline, until, status: 'down', reason: 'push_missing' });
  }
  return conclude(state, { ...silent, until: deadline, status: 'unknown', reason: 'push_unobserved' });
}

/** Adds a verdict; its slot is never one that was, so that the newest verdict stands also after the clock was set back. */
function conclude(state: PushState, wanted: PushVerdict): PushStep {
  const slot = Math.max(wanted.slot, (state.lastSlot ?? -1) + 1);
  // Set back by more than it was to speak for: it speaks for as long as it was meant to.
  const until = wanted.until > slot ? wanted.until : slot + Math.max(1, wanted.until - wanted.slot);
  const { status, reason } = wanted;
  const verdict = { ...wanted, slot, until };
  return { state: { ...state, lastSlot: slot, spokenUntil: until, status, reason }, verdicts: [verdict] };
}

/** When the first of the runs will have run for too long; `Infinity` for never. */
function limitOf({ runs }: PushState): number {
  return runs.reduce((first, { limitAt }) => Math.min(first, limitAt ?? Infinity), Infinity);
}

/** A run without a limit that lies at `time` or before. */
export function withoutLimit(run: PushRun, time: number): PushRun {
  return run.limitAt !== null && run.limitAt <= time ? { ...run, limitAt: null } : run;
}
