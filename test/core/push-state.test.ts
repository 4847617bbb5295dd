import { describe, expect, it } from 'vitest';
import { afterAbsence, afterClockJump, afterPause, afterStall, followRule } from '../../src/core/push-absence.ts';
import type { PushRule } from '../../src/core/push-rule.ts';
import { pushRule } from '../../src/core/push-rule.ts';
import {
  MOST_RUNS,
  beginWatching,
  passTime,
  takeReport,
  type PushEvent,
  type PushState,
  type PushVerdict,
} from '../../src/core/push-state.ts';
import { leavesGap } from '../../src/core/spans.ts';
import { aPushMonitor } from '../support/push-monitors.ts';
import { fc, test } from '../support/property.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const rule = pushRule(aPushMonitor());
const limited = pushRule(aPushMonitor({ interval: 10 * MINUTE, max_runtime: 30_000 }));

/** A job's story: each step in seconds after noon. */
class Story {
  state: PushState;
  readonly verdicts: PushVerdict[] = [];
  rule: PushRule;

  constructor(used: PushRule = rule) {
    this.rule = used;
    this.state = beginWatching(used, T0);
  }

  report(kind: PushEvent['kind'], second: number, more: Partial<PushEvent> = {}): this {
    const event = { kind, at: T0 + second * 1000, run: null, runMs: null, message: null, ...more };
    return this.#took(takeReport(this.state, this.rule, event));
  }

  pass(second: number): this {
    return this.#took(passTime(this.state, this.rule, T0 + second * 1000));
  }

  change(how: (state: PushState) => PushState): this {
    this.state = how(this.state);
    return this;
  }

  follow(other: PushRule, second: number): this {
    this.rule = other;
    return this.#took(followRule(this.state, other, T0 + second * 1000));
  }

  /** `[second, status, reason, seconds it speaks for]` of each verdict. */
  get told(): [number, string, string | null, number][] {
    return this.verdicts.map(({ slot, until, status, reason }) => {
      return [(slot - T0) / 1000, status, reason, (until - slot) / 1000];
    });
  }

  #took({ state, verdicts }: { state: PushState; verdicts: readonly PushVerdict[] }): this {
    this.state = state;
    this.verdicts.push(...verdicts);
    return this;
  }
}

describe('a job that reports', () => {
  it('is up until the next report is due and its grace is over', () => {
    expect(new Story().report('success', 5).told).toEqual([[5, 'up', null, 70]]);
  });

  it('is nothing before its first deadline, then down, for one period after the other', () => {
    const story = new Story().pass(69.999);
    expect(story.told).toEqual([]);
    expect(story.pass(70).told).toEqual([[70, 'down', 'push_missing', 60]]);
    expect(story.pass(150).pass(195).told.slice(1)).toEqual([
      [130, 'down', 'push_missing', 60],
      [190, 'down', 'push_missing', 60],
    ]);
  });

  it('that was silent for years costs one verdict', () => {
    const { told } = new Story().report('success', 0).pass(10 * 365 * 86_400);
    expect(told).toHaveLength(2);
    expect(told[1]?.slice(0, 3)).toEqual([70, 'down', 'push_missing']);
  });

  it('is down by a report of its failure, with what it said', () => {
    const { verdicts } = new Story().report('fail', 5, { message: 'exit status 3' });
    expect(verdicts).toEqual([
      {
        slot: T0 + 5000,
        until: T0 + 75_000,
        status: 'down',
        reason: 'push_failed',
        message: 'exit status 3',
        reportedAt: T0 + 5000,
        runMs: null,
      },
    ]);
  });

  it('is up again with the report after a missing one', () => {
    expect(new Story().report('success', 0).report('success', 100).told).toEqual([
      [0, 'up', null, 70],
      [70, 'down', 'push_missing', 60],
      [100, 'up', null, 70],
    ]);
  });

  it('tells how long a run took, runs at the same time apart, and its own measure before ours', () => {
    const { verdicts } = new Story()
      .report('start', 1)
      .report('start', 2, { run: 'a' })
      .report('start', 3, { run: 'b' })
      .report('success', 10, { run: 'a' })
      .report('success', 20)
      .report('success', 30, { run: 'b', runMs: 123 })
      .report('success', 40, { run: 'c' });
    expect(verdicts.map(({ runMs }) => runMs)).toEqual([8000, 19_000, 123, null]);
  });

  it('is not changed by a start or a log', () => {
    const { told, state } = new Story().report('success', 0).report('log', 5).report('start', 10);
    expect(told).toHaveLength(1);
    expect(state).toMatchObject({ status: 'up', due: T0 + 60_000 });
  });

  it('is down while it runs longer than it may, until an end comes', () => {
    const story = new Story(limited).report('success', 0).report('start', 60).pass(89.999);
    expect(story.told).toHaveLength(1);
    expect(story.pass(90).told[1]).toEqual([90, 'down', 'push_overrun', 520]);
    expect(story.pass(120).told).toHaveLength(2);
    expect(story.report('success', 150).verdicts.at(-1)).toMatchObject({ status: 'up', runMs: 90_000 });
  });

  it('that overruns and never ends is missing at its deadline too', () => {
    const { told } = new Story(limited).report('success', 0).report('start', 60).pass(610);
    expect(told.map(([second, , reason]) => [second, reason])).toEqual([
      [0, null],
      [90, 'push_overrun'],
      [610, 'push_missing'],
    ]);
  });

  it('remembers only so many runs without an end', () => {
    const story = new Story();
    for (let run = 0; run < 50; run += 1) story.report('start', 1, { run: String(run) });
    expect(story.state.runs.map(({ id }) => id)).toEqual(Array.from({ length: MOST_RUNS }, (_, at) => String(at + 30)));
  });
});

describe('an absence of Longwatch', () => {
  const away = (from: number, to: number) => (state: PushState) =>
    afterAbsence(state, rule, { from: T0 + from * 1000, to: T0 + to * 1000 });

  it.each<[what: string, from: number, to: number, then: [number, string, string | null, number][]]>([
    ['in the middle of a period changes nothing', 10, 40, [[70, 'down', 'push_missing', 60]]],
    ['over the deadline makes the time from there on unknown', 40, 100, [[70, 'unknown', 'push_unobserved', 100]]],
    ['when the report was due does too', 58, 63, [[70, 'unknown', 'push_unobserved', 63]]],
    ['shortly before it was due does too', 45, 51, [[70, 'unknown', 'push_unobserved', 51]]],
    ['for several periods does so once', 20, 1000, [[70, 'unknown', 'push_unobserved', 1000]]],
  ])('%s', (_what, from, to, then) => {
    const story = new Story().report('success', 0).change(away(from, to)).pass(Math.max(to, 70));
    expect(story.told.slice(1)).toEqual(then);
  });

  it('is over for a job with the next report, and with the next deadline', () => {
    const story = new Story().report('success', 0).change(away(40, 100)).pass(100);
    const silent = Object.assign(new Story(), { state: story.state }).pass(170);
    expect(silent.told).toEqual([[170, 'down', 'push_missing', 60]]);
    expect(story.report('success', 110).told.at(-1)).toEqual([110, 'up', null, 70]);
  });

  it('over the deadline of a job that never reported is ours too', () => {
    const story = new Story().change(away(40, 100)).pass(200);
    expect(story.told.map(([second, status]) => [second, status])).toEqual([
      [70, 'unknown'],
      [170, 'down'],
    ]);
  });

  it('of a job on a cron pattern ends with its next time', () => {
    const hourly = pushRule(aPushMonitor({ cron: '0 * * * *' }));
    const story = new Story(hourly)
      .report('success', 10)
      .change((state) => afterAbsence(state, hourly, { from: T0 + 3500_000, to: T0 + 3700_000 }))
      .pass(7300);
    expect(story.told).toEqual([
      [10, 'up', null, 3600],
      [3610, 'unknown', 'push_unobserved', 3600],
      [7210, 'down', 'push_missing', 3600],
    ]);
  });

  it('at the limit of a run leaves nobody to tell whether it ran too long', () => {
    const story = new Story(limited)
      .report('success', 0)
      .report('start', 60)
      .change((state) => afterAbsence(state, limited, { from: T0 + 80_000, to: T0 + 100_000 }))
      .pass(200);
    expect(story.told.slice(1)).toEqual([[90, 'unknown', 'push_unobserved', 520]]);
    expect(story.report('success', 210).verdicts.at(-1)).toMatchObject({ status: 'up', runMs: 150_000 });
  });

  it('after which a run is still within its limit lets it be judged', () => {
    const story = new Story(limited)
      .report('success', 0)
      .report('start', 60)
      .change((state) => afterAbsence(state, limited, { from: T0 + 70_000, to: T0 + 80_000 }))
      .pass(90);
    expect(story.told.at(-1)?.slice(0, 3)).toEqual([90, 'down', 'push_overrun']);
  });

  it('by being switched off starts the period anew', () => {
    const story = new Story().report('success', 0).change((state) => afterPause(state, rule, T0 + 50_000));
    expect(story.pass(119).told).toHaveLength(1);
    expect(story.pass(120).told.at(-1)).toEqual([120, 'down', 'push_missing', 60]);
  });

  it('of seconds leaves reports that wait to be read the time to be', () => {
    const stalled = (): Story =>
      new Story().report('success', 0).change((state) => afterStall(state, rule, T0 + 75_000, 1000));
    expect(stalled().report('success', 75.1).told.slice(1)).toEqual([
      [70, 'unknown', 'push_unobserved', 6],
      [75.1, 'up', null, 70],
    ]);
    expect(stalled().pass(76).told.slice(1)).toEqual([
      [70, 'unknown', 'push_unobserved', 6],
      [76, 'down', 'push_missing', 60],
    ]);
  });
});

describe('a wall clock that is set', () => {
  const jump =
    (from: number, to: number, used = rule) =>
    (state: PushState) =>
      afterClockJump(state, used, { from: T0 + from * 1000, to: T0 + to * 1000 });

  it('forward is an absence, and starts every period anew', () => {
    const story = new Story().report('success', 0).change(jump(10, 40)).pass(110);
    expect(story.told.slice(1)).toEqual([
      [70, 'unknown', 'push_unobserved', 40],
      [110, 'down', 'push_missing', 60],
    ]);
  });

  it('back keeps what is newest newest, and does not wait for longer than a period', () => {
    const story = new Story().report('success', 3600).change(jump(3610, 10)).report('fail', 20);
    expect(story.told.slice(-1)).toEqual([[3600.001, 'down', 'push_failed', 70]]);
    expect(story.state.due).toBe(T0 + 80_000);
    const silent = new Story().report('success', 3600).change(jump(3610, 10)).pass(80);
    expect(silent.told.at(-1)?.slice(1, 3)).toEqual(['down', 'push_missing']);
  });

  it('back by a little never makes a job late that had reported', () => {
    const everyFive = pushRule(aPushMonitor({ cron: '*/5 * * * *' }));
    const story = new Story(everyFive)
      .report('success', 301)
      .change(jump(310, 200, everyFive))
      .pass(599);
    expect(story.told).toEqual([[301, 'up', null, 309]]);
  });

  it('forgets how long runs have been going on', () => {
    const story = new Story(limited)
      .report('start', 10)
      .change(jump(20, 3600, limited))
      .report('success', 3610);
    expect(story.verdicts.at(-1)).toMatchObject({ status: 'up', runMs: null });
  });
});

describe('a rule that changes', () => {
  const everyHour = pushRule(aPushMonitor({ interval: 60 * MINUTE }));

  it('lets what stands go on to the new deadline', () => {
    const story = new Story().report('success', 0).follow(everyHour, 30).pass(3609);
    expect(story.told).toEqual([
      [0, 'up', null, 70],
      [30, 'up', null, 3580],
    ]);
  });

  it('judges nothing in hindsight', () => {
    const story = new Story(everyHour).report('success', 0).follow(rule, 1800).pass(1869);
    expect(story.told).toEqual([[0, 'up', null, 3610]]);
    expect(story.pass(1870).told.at(-1)).toEqual([1870, 'down', 'push_missing', 60]);
  });

  it('moves the deadline of a job that never reported, without a word', () => {
    const story = new Story().follow(everyHour, 30).pass(3609);
    expect(story.told).toEqual([]);
    expect(story.pass(3610).told).toEqual([[3610, 'down', 'push_missing', 3600]]);
  });
});

describe('any order of reports and time', () => {
  interface Step {
    readonly wait: number;
    readonly kind: PushEvent['kind'] | 'pass' | 'away' | 'forward' | 'back' | 'stall';
    readonly run: string | null;
  }
  const kinds = [
    'start',
    'success',
    'success',
    'fail',
    'log',
    'pass',
    'pass',
    'away',
    'forward',
    'back',
    'stall',
  ] as const;
  /** With `off` above 0 nothing happens at the very millisecond of a deadline. */
  const steps = (from: readonly Step['kind'][], off = 0): fc.Arbitrary<Step[]> =>
    fc.array(
      fc.record({
        wait: fc
          .oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 2000 }))
          .map((each) => each * 1000 + off),
        kind: fc.constantFrom(...from),
        run: fc.constantFrom(null, 'a', 'b'),
      }),
      { maxLength: 30 },
    );
  const rules = fc.constantFrom(
    rule,
    limited,
    pushRule(aPushMonitor({ grace: 0, interval: 1000, max_runtime: 1000 })),
    pushRule(aPushMonitor({ cron: '*/2 * * * *', grace: 300_000, max_runtime: 90_000 })),
    pushRule(aPushMonitor({ cron: '30 * * * *', grace: 0 })),
  );

  function play(used: PushRule, story: readonly Step[]): { verdicts: PushVerdict[]; state: PushState; now: number } {
    let now = T0;
    let state = beginWatching(used, now);
    const verdicts: PushVerdict[] = [];
    for (const { wait, kind, run } of story) {
      const before = now;
      now += kind === 'back' ? -wait : wait;
      const event = { at: now, run, runMs: null, message: null };
      if (kind === 'away') state = afterAbsence(state, used, { from: before, to: now });
      if (kind === 'stall') state = afterStall(state, used, now, 1000);
      if (kind === 'forward' || kind === 'back') state = afterClockJump(state, used, { from: before, to: now });
      const isReport = kind === 'start' || kind === 'success' || kind === 'fail' || kind === 'log';
      const step = isReport ? takeReport(state, used, { kind, ...event }) : passTime(state, used, now);
      state = step.state;
      verdicts.push(...step.verdicts);
    }
    return { verdicts, state, now };
  }

  test([rules, steps(kinds)], 'gives verdicts in order, without a gap, that can be kept', (used, story) => {
    const { verdicts } = play(used, story);
    for (const [index, { slot, until, status, reason }] of verdicts.entries()) {
      expect(Number.isInteger(slot) && Number.isInteger(until)).toBe(true);
      expect(until).toBeGreaterThan(slot);
      expect(reason === null).toBe(status === 'up');
      const next = verdicts[index + 1];
      if (next === undefined) continue;
      expect(next.slot).toBeGreaterThan(slot);
      expect(leavesGap({ slot, interval: until - slot }, next.slot)).toBe(false);
    }
  });

  const ordinary = ['start', 'success', 'fail', 'log', 'pass'] as const;
  test([rules, steps(ordinary, 137)], 'is never up past a deadline and never missing before one', (used, story) => {
    const { verdicts, now } = play(used, story);
    const ends = verdicts.flatMap(({ reportedAt }) => reportedAt ?? []);
    const firstDeadline = used.due(T0) + used.grace;
    for (const [index, { slot, until, status, reason, reportedAt }] of verdicts.entries()) {
      const last = reportedAt ?? Math.max(T0, ...ends.filter((end) => end <= slot));
      const deadline = used.due(last) + used.grace;
      expect(status).not.toBe('unknown');
      expect(status === 'up' ? until : deadline).toBe(deadline);
      expect(reason === 'push_missing' ? slot : deadline).toBeGreaterThanOrEqual(deadline);
      // Whatever a verdict said is over by then has a successor.
      expect(verdicts[index + 1]?.slot ?? now).toBeLessThanOrEqual(until);
    }
    expect(verdicts.length > 0 || now < firstDeadline).toBe(true);
  });

  test([rules, steps(ordinary, 137)], 'comes to the same however often the time is looked at', (used, story) => {
    const often = story.flatMap((step) => {
      const part = Math.floor(step.wait / 5000) * 1000;
      const looks = Array.from({ length: 4 }, (): Step => ({ wait: part, kind: 'pass', run: null }));
      return [...looks, { ...step, wait: step.wait - 4 * part }];
    });
    const [rarely, frequently] = [play(used, story), play(used, often)];
    const { due, lastReport, runs, status } = rarely.state;
    expect(frequently.state).toMatchObject({ due, lastReport, runs, status });
    const told = ({ verdicts }: { verdicts: PushVerdict[] }) =>
      verdicts
        .filter(({ reportedAt }) => reportedAt !== null)
        .map(({ reportedAt, until, status, runMs }) => [reportedAt, until, status, runMs]);
    expect(told(frequently)).toEqual(told(rarely));
    const statusAt = ({ verdicts }: { verdicts: PushVerdict[] }, at: number) =>
      verdicts.findLast(({ slot }) => slot <= at)?.status;
    for (const { slot } of frequently.verdicts) expect(statusAt(frequently, slot)).toBe(statusAt(rarely, slot));
  });

  test([rules, steps(kinds)], 'is decided by its events alone', (used, story) => {
    expect(play(used, story)).toEqual(play(used, story));
  });
});
