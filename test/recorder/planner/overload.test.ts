import { describe, expect, it } from 'vitest';
import { aPolicy, MINUTE, NOON, Office, said, SECOND, type OfficeOptions } from './office.ts';

/** A machine on which a call gets about ten things done, and the next one is made no sooner than 50 ms later. */
class BusyOffice extends Office {
  #failed = 0;

  constructor(options: OfficeOptions = {}) {
    let steps = 0;
    super({
      ...options,
      monitors: Array.from({ length: 5000 }, (_, index) => `m${index}`),
      monotonic: () => (steps += 1),
    });
  }

  get failed(): number {
    return this.#failed;
  }

  /** So many more monitors fail. */
  fail(count: number): void {
    this.database.transaction(() => {
      for (const end = this.#failed + count; this.#failed < end; this.#failed += 1) this.down(`m${this.#failed}`);
    })();
  }

  /** Lets time pass while things happen before each call. */
  passWhile(ms: number, happens: () => void, step = 50): void {
    for (const end = this.now + ms; this.now < end; this.now += step) {
      happens();
      for (const one of this.planner.plan(this.now).ready) this.send(one);
    }
  }

  unplanned(): number {
    return Number(this.database.prepare('SELECT count(*) FROM outbox WHERE planned_at IS NULL').pluck().get());
  }
}

describe('planning that falls behind what happens', () => {
  it('tells a storm within three seconds of its first message, and the rest of it later, all of them once', () => {
    const office = new BusyOffice();
    office.passWhile(5 * SECOND, () => office.fail(15));
    expect(office.unplanned()).toBeGreaterThan(500);
    expect(office.received.map(({ message }) => message.kind)).toEqual(['storm']);
    expect(office.received[0]?.at).toBeLessThanOrEqual(NOON + 3 * SECOND);
    expect(office.received[0]?.message.total).toBeGreaterThan(100);
    office.pass(2 * MINUTE);
    expect(office.received.map(({ message }) => message.kind)).toEqual(['storm', 'storm']);
    expect(office.received.reduce((sum, { message }) => sum + message.total, 0)).toBe(office.failed);
    expect(office.rows("state IN ('waiting', 'ready')")).toEqual([]);
  });

  it('tells few as few and each by itself, also while it is behind with something else', () => {
    const loud = aPolicy({ id: 'loud', for: { monitors: ['m1', 'm2'], groups: [], tags: {} }, tell: ['chat'] });
    const office = new BusyOffice({ channels: ['mail', 'chat'], policies: [loud, aPolicy()] });
    office.passWhile(2 * SECOND, () => office.fail(15));
    const chat = office.received.filter(({ channel }) => channel === 'chat');
    expect(said(chat.map(({ message }) => message))).toEqual(['down m1', 'down m2']);
    expect(chat.every(({ at }) => at <= NOON + SECOND)).toBe(true);
  });

  it('never tells an end before its beginning, nor anything twice', () => {
    const office = new BusyOffice({ policies: [aPolicy({ storm: null })] });
    office.passWhile(3 * SECOND, () => {
      office.fail(15);
      for (let monitor = office.failed - 15; monitor < office.failed; monitor += 3) office.up(`m${monitor}`);
    });
    expect(office.unplanned()).toBeGreaterThan(300);
    expect(office.received.length).toBeGreaterThan(100);
    for (let monitor = 1; monitor < office.failed; monitor += 3) office.up(`m${monitor}`);
    office.pass(MINUTE);
    const stories = new Map<number | null, string[]>();
    for (const { message } of office.received) {
      stories.set(message.incident, [...(stories.get(message.incident) ?? []), message.kind]);
    }
    expect(stories.size).toBe(office.failed);
    expect([...new Set([...stories.values()].map((kinds) => kinds.join(', ')))].toSorted()).toEqual([
      'down',
      'down, up',
      'up',
    ]);
    expect(office.rows("state IN ('waiting', 'ready')")).toEqual([]);
  });

  it('tells a digest within a minute of its time', () => {
    const digest = aPolicy({
      id: 'digest',
      for: { monitors: ['m1', 'm2'], groups: [], tags: {} },
      tell: ['chat'],
      digest: 10 * SECOND,
    });
    const office = new BusyOffice({ channels: ['mail', 'chat'], policies: [digest, aPolicy()] });
    office.passWhile(70 * SECOND, () => office.fail(12), 200);
    expect(office.unplanned()).toBeGreaterThan(500);
    const chat = office.received.filter(({ channel }) => channel === 'chat');
    expect(said(chat.map(({ message }) => message))).toEqual(['digest 2']);
  });

  it('tells what came while it was off in one, as soon as it is back', () => {
    const office = new BusyOffice();
    office.fail(150);
    office.now += 10 * MINUTE;
    office.restart();
    const back = office.now;
    office.passWhile(10 * SECOND, () => undefined);
    expect(said(office.received.map(({ message }) => message))).toEqual(['storm 150']);
    expect(office.received[0]?.at).toBeLessThanOrEqual(back + 5 * SECOND);
  });

  it('gets on with all there is to do when each step takes too long', () => {
    let steps = 0;
    const monitors = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const office = new Office({ monitors, monotonic: () => (steps += 100) });
    for (const monitor of monitors) office.down(monitor);
    expect(said(office.pass(3 * SECOND))).toEqual(['storm 30']);
  });
});
