import { describe, expect } from 'vitest';
import { windowAt } from '../../../src/core/maintenance/windows.ts';
import type { MaintenancePlan } from '../../../src/core/maintenance/plan.ts';
import { decideAgain } from '../../../src/core/notify/decide-again.ts';
import { decideEvent } from '../../../src/core/notify/decide.ts';
import { SAMPLE_KINDS } from '../../../src/core/notify/explain-answer.ts';
import { explain } from '../../../src/core/notify/explain.ts';
import { nextReminder } from '../../../src/core/notify/follow-ups.ts';
import { POLICY_TOPICS, type Policy } from '../../../src/core/notify/policy.ts';
import type {
  Decision,
  IncidentFacts,
  NextStep,
  ParentFacts,
  Situation,
  WaitReason,
} from '../../../src/core/notify/situation.ts';
import { SEVERITIES, type TroubleEvent } from '../../../src/core/trouble/event.ts';
import { fc, test } from '../../support/property.ts';
import { DAY, event, HOUR, incident, MINUTE, NOW, SECOND, SHOP, situation } from './given.ts';

const CHANNELS = ['chat', 'mail', 'phone'];
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

const anyTell = fc.array(fc.constantFrom(...CHANNELS, 'gone'), { maxLength: 3 });
const anyHours = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => days.sort((a, b) => a - b)),
  from: fc.integer({ min: 0, max: 23 }).map((hour) => hour * 60),
  to: fc.integer({ min: 1, max: 24 }).map((hour) => hour * 60),
  zone: fc.constantFrom(...ZONES),
});
/** Without an end there would be none to wait for: the file may not have such quiet hours. */
const anyQuiet = fc
  .record({ hours: anyHours, except: fc.subarray([...SEVERITIES]) })
  .filter(({ hours }) => hours.days.length < 7 || (hours.to - hours.from + 1440) % 1440 !== 0)
  .map(({ hours: { days, from, to, zone }, except }) => ({ days, from, to, zone, except }));
const anyFor = fc.constantFrom(
  { monitors: [], groups: [], tags: {} },
  { monitors: ['shop'], groups: [], tags: {} },
  { monitors: ['other'], groups: [], tags: {} },
  { monitors: [], groups: [], tags: { team: ['web'] } },
);
const lengthOf = (most: number) =>
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: most / SECOND }).map((s) => s * SECOND),
  );

const onePolicy: fc.Arbitrary<Policy> = fc.record({
  id: fc.constant(''),
  for: anyFor,
  on: fc.subarray([...POLICY_TOPICS]),
  severity: fc.subarray([...SEVERITIES], { minLength: 1 }),
  tell: anyTell,
  delay: lengthOf(HOUR),
  hours: fc.option(anyHours),
  escalate: fc.array(fc.record({ after: lengthOf(2 * HOUR), tell: anyTell }), { maxLength: 2 }),
  repeat: fc.option(fc.integer({ min: 1, max: 120 }).map((minutes) => minutes * MINUTE)),
  quiet: fc.option(anyQuiet),
  digest: fc.option(fc.constant(30 * MINUTE)),
  storm: fc.option(fc.constant({ over: 5, within: MINUTE })),
  maxRate: fc.constant(null),
});
const anyPolicies = fc
  .array(onePolicy, { maxLength: 4 })
  .map((all) => all.map((one, index) => ({ ...one, id: `p${index}` })));

/** What happens to one incident as time goes on. */
interface World {
  readonly policies: readonly Policy[];
  readonly plans: readonly MaintenancePlan[];
  readonly parent: (now: number) => ParentFacts;
  readonly kind: 'down' | 'degraded' | 'flapping';
  /** Whether it ends because nobody watches the monitor any more. */
  readonly isRemoved: boolean;
  readonly acknowledgedAt: number | null;
  readonly silencedUntil: number | null;
  readonly resolvedAt: number | null;
}

const UP: ParentFacts = { state: 'up' };
const DOWN: ParentFacts = { state: 'down', monitor: 'edge', incident: 6 };

const anyParent = fc.oneof(
  { arbitrary: fc.constant(() => UP), weight: 4 },
  fc.constant(() => DOWN),
  fc.tuple(lengthOf(MINUTE), fc.boolean()).map(([unsure, fails]) => (now: number): ParentFacts => {
    if (now < NOW + unsure) return { state: 'unsure', monitor: 'edge', until: now + 30 * SECOND };
    return fails ? DOWN : UP;
  }),
);
const anyPlan = fc
  .record({ start: fc.integer({ min: -60, max: 600 }), length: fc.integer({ min: 1, max: 300 }) })
  .map(({ start, length }): MaintenancePlan => {
    const [from, to] = [NOW + start * MINUTE, NOW + (start + length) * MINUTE];
    return {
      id: 'patches',
      name: 'Patches',
      for: { monitors: [], groups: [], tags: {} },
      times: { kind: 'once', start: from, end: to },
    };
  });
const later = (most: number) => fc.option(fc.integer({ min: 1, max: most / SECOND }).map((s) => NOW + s * SECOND));

function anyPlayed(
  parent: fc.Arbitrary<World['parent']>,
  { acknowledgedAt, resolvedAt }: Record<'acknowledgedAt' | 'resolvedAt', fc.Arbitrary<number | null>>,
): fc.Arbitrary<World> {
  return fc.record({
    policies: anyPolicies,
    plans: fc.array(anyPlan, { maxLength: 2 }),
    parent,
    kind: fc.constantFrom('down', 'degraded', 'flapping'),
    isRemoved: fc.boolean(),
    acknowledgedAt,
    silencedUntil: later(3 * HOUR),
    resolvedAt,
  });
}

const anyWorld = anyPlayed(anyParent, {
  acknowledgedAt: later(3 * HOUR),
  resolvedAt: fc.oneof(later(MINUTE), later(6 * HOUR), later(3 * DAY)),
});

interface Row {
  readonly decision: Decision;
  readonly event: TroubleEvent;
  state: 'waiting' | 'sent' | 'dropped' | 'merged';
  due: number;
  why: WaitReason | null;
  at: number | null;
  looks: number;
}

/** Plays a world as the planner does, each row decided again when it is due; reminders as far as asked for. */
class Play {
  readonly rows: Row[] = [];
  readonly #world: World;
  readonly #reminders: number;

  constructor(world: World, reminders: number) {
    this.#world = world;
    this.#reminders = reminders;
  }

  run(began: TroubleEvent): Row[] {
    this.#insert(decideEvent(began, this.situation(NOW)), began, NOW);
    let resolved = this.#world.resolvedAt;
    for (let steps = 0; steps < 500; steps += 1) {
      const waiting = this.rows.filter(({ state }) => state === 'waiting');
      const now = Math.min(resolved ?? Infinity, ...waiting.map(({ due }) => due));
      if (now === Infinity || now > NOW + 90 * DAY) return this.rows;
      if (now === resolved) {
        this.#end(now);
        resolved = null;
      } else {
        for (const row of waiting.filter(({ due }) => due === now)) this.#look(row, now);
      }
    }
    throw new Error('messages are decided again for ever');
  }

  #insert(decisions: readonly Decision[], trouble: TroubleEvent, now: number): void {
    for (const decision of decisions) {
      const isSame = ({ decision: { kind, step, channel, policy } }: Row): boolean =>
        kind === decision.kind && step === decision.step && channel === decision.channel && policy === decision.policy;
      expect(this.rows.some(isSame)).toBe(false);
      const isDropped = decision.state === 'dropped';
      expect(decision.dueAt).toBeGreaterThanOrEqual(now);
      const why = isDropped ? null : (decision.why as WaitReason | null);
      this.rows.push({
        decision,
        event: trouble,
        state: isDropped ? 'dropped' : 'waiting',
        due: decision.dueAt,
        why,
        at: null,
        looks: 0,
      });
    }
  }

  #end(now: number): void {
    for (const row of this.rows.filter(({ state, decision }) => state === 'waiting' && decision.step === 0)) {
      const next = this.#next(row, now);
      if (next.do === 'drop' || next.do === 'merge') this.#take(row, next, now);
    }
    const end = event(this.#world.kind === 'flapping' && !this.#world.isRemoved ? 'calm' : 'up', { seq: 2, at: now });
    this.#insert(decideEvent(end, this.situation(now)), end, now);
  }

  #look(row: Row, now: number): void {
    row.looks += 1;
    this.#take(row, this.#next(row, now), now);
    const { kind, step } = row.decision;
    if (kind !== 'reminder' || row.state === 'waiting' || step >= this.#reminders) return;
    const reminder = nextReminder({ ...row.decision, why: null, event: row.event }, this.situation(now));
    if (reminder !== null) this.#insert([reminder], row.event, now);
  }

  #next(row: Row, now: number): NextStep {
    return decideAgain({ ...row.decision, why: row.why, event: row.event }, this.situation(now));
  }

  #take(row: Row, next: NextStep, now: number): void {
    if (next.do === 'wait') {
      expect(next.until).toBeGreaterThan(now);
      row.due = next.until;
      row.why = next.why;
      return;
    }
    row.state = next.do === 'send' ? 'sent' : next.do === 'merge' ? 'merged' : 'dropped';
    row.at = next.do === 'send' ? now : null;
  }

  told(): string[] {
    const isTold = ({ state, decision }: Row): boolean =>
      state === 'sent' || state === 'merged' || (state === 'waiting' && decision.step === 0);
    return this.rows.filter((row) => row.event.seq === 1 && isTold(row)).map(({ decision }) => decision.channel);
  }

  situation(now: number): Situation {
    const { policies, plans, parent, kind, acknowledgedAt, silencedUntil, resolvedAt } = this.#world;
    const windows = plans.flatMap((plan) => windowAt(plan, now) ?? []);
    const facts: IncidentFacts = incident({
      kind,
      severity: kind === 'down' ? 'critical' : 'warning',
      acknowledgedAt: acknowledgedAt !== null && acknowledgedAt <= now ? acknowledgedAt : null,
      silencedUntil,
      resolvedAt: resolvedAt !== null && resolvedAt <= now ? resolvedAt : null,
      flapping: kind === 'flapping' && (resolvedAt === null || now < resolvedAt),
    });
    return {
      ...situation(),
      now,
      policies,
      channels: CHANNELS.map((id) => ({ id, type: 'webhook' })),
      incident: facts,
      maintenance: windows.reduce<Situation['maintenance']>(
        (last, one) => (last === null || one.end > last.end ? one : last),
        null,
      ),
      parent: parent(now),
      told: this.told(),
    };
  }
}

/** The channels of every policy that is about an event, whatever the hours, written down anew. */
function meant(world: World, { kind, severity }: TroubleEvent): Set<string> {
  const topic = kind as (typeof POLICY_TOPICS)[number];
  return new Set(
    world.policies
      .filter(({ on, severity: grave }) => on.includes(topic) && grave.includes(severity))
      .filter(
        ({ for: { monitors, tags } }) =>
          monitors.length === 0 || monitors.includes(SHOP.id) || Object.keys(tags).length > 0,
      )
      .flatMap(({ tell }) => tell),
  );
}

function endOf(rows: readonly Row[], channel: string): Row | undefined {
  return rows.find((row) => row.event.seq === 2 && row.decision.channel === channel);
}

function tellsEnd({ on }: Policy, { kind }: World): boolean {
  return on.includes('up') || (kind === 'flapping' && on.includes('flapping'));
}

describe('deciding who is told', () => {
  test([anyWorld], 'gives each channel of each policy that is meant one row, waiting or dropped', (world) => {
    const began = event(world.kind);
    const rows = decideEvent(began, new Play(world, 1).situation(NOW)).filter(({ step }) => step === 0);
    expect(rows.map(({ channel }) => channel).sort()).toEqual([...meant(world, began)].sort());
    expect(rows.filter(({ state, why }) => state === 'dropped' && why === null)).toEqual([]);
  });

  test([anyWorld], 'ends each wait, after a few looks', (world) => {
    const rows = new Play(world, 3).run(event(world.kind));
    for (const row of rows) {
      expect(row.state).not.toBe('waiting');
      expect(row.looks).toBeLessThanOrEqual(12);
    }
  });

  test([anyWorld], 'tells the end to nobody who did not hear of the beginning', (world) => {
    const play = new Play(world, 3);
    const rows = play.run(event(world.kind));
    const told = new Set(play.told());
    const ends = rows.filter(({ event: trouble, state }) => trouble.seq === 2 && state === 'sent');
    expect(ends.filter(({ decision }) => !told.has(decision.channel))).toEqual([]);
  });

  test(
    [anyWorld],
    'tells the end to everybody who heard of the beginning, unless the policy is not about ends',
    (world) => {
      const play = new Play(world, 3);
      const rows = play.run(event(world.kind));
      if (world.resolvedAt === null) return;
      const silent = new Set(world.policies.filter((one) => !tellsEnd(one, world)).map(({ id }) => id));
      const told = rows
        .filter(({ event: trouble, state }) => trouble.seq === 1 && (state === 'sent' || state === 'merged'))
        .filter(({ decision }) => !silent.has(decision.policy ?? ''));
      expect(told.filter(({ decision }) => endOf(rows, decision.channel)?.state !== 'sent')).toEqual([]);
    },
  );

  test([anyWorld], 'merges a beginning only into an end that is told', (world) => {
    const rows = new Play(world, 3).run(event(world.kind));
    const merged = rows.filter(({ state }) => state === 'merged');
    expect(merged.filter(({ decision }) => endOf(rows, decision.channel)?.state !== 'sent')).toEqual([]);
  });

  test([anyWorld], 'reminds and escalates only while it lasts and nobody has acknowledged it', (world) => {
    const over = Math.min(world.resolvedAt ?? Infinity, world.acknowledgedAt ?? Infinity);
    const late = new Play(world, 5)
      .run(event(world.kind))
      .filter(({ decision, state, at }) => decision.step > 0 && state === 'sent' && (at ?? 0) >= over);
    expect(late).toEqual([]);
  });

  test([anyWorld], 'tells nothing of what began in maintenance or under a parent that is down', (world) => {
    const rows = new Play({ ...world, resolvedAt: null }, 1).run(event(world.kind));
    const sent = rows.filter(({ decision, state }) => decision.step === 0 && state === 'sent');
    const isMaintained = world.plans.some((plan) => windowAt(plan, NOW) !== undefined);
    const isBelow = world.kind === 'down' && world.parent(NOW).state === 'down';
    expect(isMaintained || isBelow ? sent : []).toEqual([]);
  });
});

describe('explain', () => {
  const explainable = anyPlayed(
    fc.constant(() => UP),
    { acknowledgedAt: fc.constant(null), resolvedAt: fc.constant(null) },
  );

  test([explainable], 'says what comes to pass when time goes on', (world) => {
    const play = new Play(world, 3);
    const answer = explain(play.situation(NOW), world.plans);
    const kind = SAMPLE_KINDS.find((sample) => sample === world.kind);
    const explained = answer.events.find((sample) => sample.kind === kind);
    const known = ({ channel, kind: what, step, policy }: Decision): string => [channel, what, step, policy].join(' ');
    const happened = play.run(event(world.kind)).map(({ decision, at }) => `${known(decision)} ${at}`);
    const foretold = explained?.messages.map((message) => {
      const { channel, kind: what, step, policy, at } = message;
      return `${[channel, what, step, policy].join(' ')} ${at}`;
    });
    expect(foretold?.sort()).toEqual(happened.sort());
  });

  test([explainable], 'gives every message that is not sent a reason', (world) => {
    for (const { messages } of explain(new Play(world, 1).situation(NOW), world.plans).events) {
      for (const { at, dropped } of messages) expect(at === null).toBe(dropped !== null);
    }
  });
});
