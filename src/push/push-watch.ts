import type { Logger } from 'pino';
import { ClockWatch } from '../core/clock-watch.ts';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import { Heap } from '../core/heap.ts';
import type { PushMonitor } from '../core/monitor/push.ts';
import type { CheckResult } from '../core/outcome.ts';
import { afterAbsence, afterClockJump, afterPause, afterStall, followRule } from '../core/push-absence.ts';
import type { IncomingReport, KeptPush, KeptReport, PushMemory, PushWrite, ReportFate } from '../core/push-report.ts';
import { pushRule, type PushRule } from '../core/push-rule.ts';
import { beginWatching, nextMoment, passTime, takeReport, type PushState, type PushStep } from '../core/push-state.ts';
import { resultOfVerdict } from './result-of-verdict.ts';
import { TokenTable } from './token-table.ts';

/** The longest sleep, ms: the clocks are looked at this often. */
const LONGEST_SLEEP_MS = 500;
/** A pause between two looks of more than this means that reports may wait to be read, ms. */
const STALL_MS = 2000;
/** How long they then have, ms. */
const STALL_PATIENCE_MS = 1000;
/** After a pause of more than this nobody waits any more for an answer, ms. */
const ABSENCE_MS = 60_000;
/** How often it is noted that reports can be taken in, ms: after a kill that is how well the end is known. */
const ALIVE_EVERY_MS = 15_000;
/** How long whoever reports waits for the database; after that the report is held in memory, ms. */
const WRITE_PATIENCE_MS = 3000;
const LAST_WRITE_MS = 1500;

export interface PushWatchDeps {
  /** Writes results and what came with them in one transaction; resolves when that is done or was given up. */
  readonly record: (results: readonly CheckResult[], write: PushWrite) => Promise<{ readonly lost: number }>;
  /** What the program that ran before kept. */
  readonly memory: PushMemory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The location under which results are kept. */
  readonly location: string;
}

interface Watched {
  readonly monitor: PushMonitor;
  readonly rule: PushRule;
  state: PushState;
  /** The text of the rule of the program that ran before, until the watch starts; else `undefined`. */
  restoredRule: string | undefined;
}

interface Due {
  readonly at: number;
  readonly id: string;
}

/**
 * Watches over jobs that report by themselves: takes their reports in, and concludes when one is missing. Every
 * conclusion goes to the recorder together with the state it came from, so a restart goes on where this one was ended.
 */
export class PushWatch {
  readonly #deps: PushWatchDeps;
  readonly #clocks: ClockWatch;
  readonly #tokens = new TokenTable();
  readonly #resting: Map<string, KeptPush>;
  #watched = new Map<string, Watched>();
  #heap = new Heap<Due>((a, b) => a.at - b.at);
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;
  #lastLook = 0;
  #aliveAt = -Infinity;

  constructor(deps: PushWatchDeps) {
    this.#deps = deps;
    this.#clocks = new ClockWatch(deps.clock);
    this.#resting = new Map(deps.memory.states.map((kept) => [kept.monitor, kept]));
  }

  /** Takes over these monitors. One that is switched off is not judged; its reports are answered all the same. */
  setMonitors(monitors: readonly PushMonitor[]): void {
    const { clock } = this.#deps;
    const now = clock.now();
    this.#tokens.set(monitors, clock.monotonic());
    const enabled = monitors.filter((monitor) => monitor.enabled);
    const results: CheckResult[] = [];
    const left = this.#letGo(new Set(enabled.map(({ id }) => id)), now);
    const watched = new Map<string, Watched>();
    for (const monitor of enabled) {
      const { watch, step } = this.#takeOver(monitor, now);
      watched.set(monitor.id, watch);
      results.push(...this.#resultsOf(watch, step));
    }
    this.#watched = watched;
    this.#rebuildHeap();
    // What the program before left behind is not touched before the watch starts: until then nothing can be reported.
    const states = [...watched.values()].filter(({ restoredRule }) => restoredRule === undefined).map(keptPush);
    if (left.length + states.length + results.length > 0) this.#write(results, [...left, ...states]);
    if (this.#isStarted) this.#sleep(0);
  }

  /** Begins to judge; called when reports can come in. */
  start(): void {
    const { clock, memory } = this.#deps;
    const to = clock.now();
    const from = memory.aliveAt ?? 0;
    for (const watch of this.#watched.values()) {
      if (watch.restoredRule === undefined) continue;
      const { rule, restoredRule } = watch;
      const step =
        restoredRule === rule.text ? { state: watch.state, verdicts: [] } : followRule(watch.state, rule, to);
      watch.state =
        from > to ? afterClockJump(step.state, rule, { from, to }) : afterAbsence(step.state, rule, { from, to });
      watch.restoredRule = undefined;
      this.#write(this.#resultsOf(watch, { ...step, state: watch.state }), [keptPush(watch)]);
    }
    this.#isStarted = true;
    this.#clocks.reset();
    this.#lastLook = clock.monotonic();
    this.#rebuildHeap();
    this.#tickAndSleep();
  }

  /** Takes a report in. Resolves when it is in the database, or when it is known that it has to wait for that in memory. */
  async take(token: string, report: IncomingReport): Promise<ReportFate> {
    const { clock } = this.#deps;
    const holder = this.#tokens.find(token);
    if (holder === undefined) return { fate: 'unknown_token' };
    const tooMany = holder.rate.take(clock.monotonic());
    if (tooMany !== undefined) return { fate: 'too_many', ...tooMany };
    this.#followClocks();
    const watch = this.#watched.get(holder.monitor.id);
    if (watch === undefined) return { fate: 'taken' };
    const at = Math.floor(clock.now());
    const { kind, run, runMs } = report;
    const step = takeReport(watch.state, watch.rule, { kind, at, run, runMs, message: reasonOf(report) });
    const results = this.#resultsOf(watch, step);
    this.#expect(watch);
    const kept: KeptReport = { ...report, monitor: watch.monitor.id, at, runMs: results.at(-1)?.durationMs ?? runMs };
    const lost = await withPatience(this.#save(results, [keptPush(watch)], [kept]), WRITE_PATIENCE_MS);
    return { fate: lost === undefined || lost === 0 ? 'taken' : 'not_kept' };
  }

  /** Looks at the clocks and concludes what is due. Returns how long to sleep, ms. */
  tick(): number {
    const { clock } = this.#deps;
    this.#followClocks();
    const now = clock.now();
    const results: CheckResult[] = [];
    const changed = new Map<string, Watched>();
    for (let due = this.#heap.peek(); due !== undefined && due.at <= now; due = this.#heap.peek()) {
      this.#heap.pop();
      const watch = this.#watched.get(due.id);
      // Reports move deadlines; an entry that is too early by now is left behind by one of them.
      if (watch === undefined || nextMoment(watch.state, watch.rule) > now) continue;
      results.push(...this.#resultsOf(watch, passTime(watch.state, watch.rule, now)));
      changed.set(due.id, watch);
      this.#expect(watch);
    }
    const isNoteDue = this.#watched.size > 0 && clock.monotonic() - this.#aliveAt >= ALIVE_EVERY_MS;
    if (changed.size > 0 || isNoteDue) this.#write(results, [...changed.values()].map(keptPush));
    const next = this.#heap.peek();
    return next === undefined ? LONGEST_SLEEP_MS : Math.min(Math.max(next.at - clock.now(), 0), LONGEST_SLEEP_MS);
  }

  /** Stops judging, and notes until when reports were taken in. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isStarted) return;
    this.#isStarted = false;
    if (this.#watched.size > 0) await withPatience(this.#save([], []), LAST_WRITE_MS);
  }

  #takeOver(monitor: PushMonitor, now: number): { readonly watch: Watched; readonly step: PushStep } {
    const rule = pushRule(monitor);
    const before = this.#watched.get(monitor.id);
    const resting = this.#resting.get(monitor.id);
    this.#resting.delete(monitor.id);
    const watch: Watched = { monitor, rule, state: beginWatching(rule, now), restoredRule: undefined };
    let step: PushStep = { state: watch.state, verdicts: [] };
    if (before !== undefined) {
      watch.restoredRule = before.restoredRule;
      const isChanged = before.rule.text !== rule.text && before.restoredRule === undefined;
      step = isChanged ? changedRule(before, rule, now) : { ...step, state: before.state };
    } else if (resting?.leftAt === null) {
      watch.restoredRule = this.#isStarted ? undefined : resting.rule;
      step = { ...step, state: resting.state };
    } else if (resting !== undefined) {
      step = { ...step, state: afterPause(resting.state, rule, now) };
    }
    watch.state = step.state;
    return { watch, step };
  }

  /** Notes for monitors that are not watched any more since when that is. */
  #letGo(wanted: ReadonlySet<string>, now: number): KeptPush[] {
    const left: KeptPush[] = [];
    for (const watch of this.#watched.values()) {
      if (!wanted.has(watch.monitor.id)) left.push({ ...keptPush(watch), leftAt: now });
    }
    for (const kept of this.#resting.values()) {
      if (kept.leftAt === null && !wanted.has(kept.monitor)) left.push({ ...kept, leftAt: now });
    }
    for (const kept of left) this.#resting.set(kept.monitor, kept);
    return left;
  }

  #resultsOf(watch: Watched, { state, verdicts }: PushStep): CheckResult[] {
    watch.state = state;
    return verdicts.map((verdict) => resultOfVerdict(verdict, watch.monitor.id, this.#deps.location));
  }

  /** Writes what nobody waits for. */
  #write(results: readonly CheckResult[], states: readonly KeptPush[]): void {
    void this.#save(results, states);
  }

  async #save(
    results: readonly CheckResult[],
    states: readonly KeptPush[],
    reports: readonly KeptReport[] = [],
  ): Promise<number> {
    const { clock, logger, record } = this.#deps;
    this.#aliveAt = clock.monotonic();
    try {
      const { lost } = await record(results, { aliveAt: clock.now(), states, reports });
      return lost;
    } catch (thrown) {
      logger.error({ err: toError(thrown) }, 'the state of push monitors could not be kept');
      return results.length + reports.length;
    }
  }

  /** The wall clock was set, the machine slept, or this process was stopped for a while. */
  #followClocks(): void {
    const { clock, logger } = this.#deps;
    const [jump, paused] = [this.#clocks.look(), clock.monotonic() - this.#lastLook];
    const now = clock.now();
    this.#lastLook = clock.monotonic();
    if (jump !== undefined) {
      logger.warn({ jump_ms: Math.round(jump) }, 'the wall clock jumped: reports are waited for anew');
      const stretch = { from: now - jump, to: now };
      for (const watch of this.#watched.values()) watch.state = afterClockJump(watch.state, watch.rule, stretch);
    } else if (paused > STALL_MS) {
      for (const watch of this.#watched.values()) {
        watch.state =
          paused > ABSENCE_MS
            ? afterAbsence(watch.state, watch.rule, { from: now - paused, to: now })
            : afterStall(watch.state, watch.rule, now, STALL_PATIENCE_MS);
      }
    } else {
      return;
    }
    this.#rebuildHeap();
  }

  #expect(watch: Watched): void {
    // Every report leaves an entry behind: they go when there are too many.
    if (this.#heap.size > 4 * this.#watched.size + 100) this.#rebuildHeap();
    else this.#heap.push({ at: nextMoment(watch.state, watch.rule), id: watch.monitor.id });
  }

  #rebuildHeap(): void {
    this.#heap.clear();
    for (const watch of this.#watched.values()) {
      this.#heap.push({ at: nextMoment(watch.state, watch.rule), id: watch.monitor.id });
    }
  }

  #tickAndSleep(): void {
    this.#sleep(this.tick());
  }

  #sleep(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tickAndSleep(), delay);
  }
}

function changedRule(before: Watched, rule: PushRule, now: number): PushStep {
  const passed = passTime(before.state, before.rule, now);
  const { state, verdicts } = followRule(passed.state, rule, now);
  return { state, verdicts: [...passed.verdicts, ...verdicts] };
}

function keptPush({ monitor, rule, state }: Watched): KeptPush {
  return { monitor: monitor.id, rule: rule.text, state, leftAt: null };
}

/** Why a run failed, in a sentence: its exit status, and what it says about it. */
function reasonOf({ kind, exitStatus, message }: IncomingReport): string | null {
  if (kind !== 'fail' || exitStatus === null) return message;
  const words = message === null ? `exit status ${exitStatus}` : `exit status ${exitStatus}: ${message}`;
  return Array.from(words).slice(0, 200).join('');
}

/** What a promise comes to, or `undefined` when that takes longer. */
async function withPatience<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
