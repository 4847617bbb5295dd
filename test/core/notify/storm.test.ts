import { describe, expect, it } from 'vitest';
import { stormStep, type StormStep } from '../../../src/core/notify/storm.ts';
import { fc, test } from '../../support/property.ts';
import { HOUR, MINUTE, NOW, SECOND } from './given.ts';

const RULE = { over: 5, within: MINUTE };
const GATHER = 400;

/** Something that a channel was sent. */
interface Sent {
  readonly at: number;
  /** When each message that it tells came about. */
  readonly tells: readonly number[];
  /** `null` for a message by itself. */
  readonly step: number | null;
}

/** Plays messages to a channel as time goes on, looking whenever one is due. */
function played(came: readonly number[], rule = RULE): Sent[] {
  const sent: Sent[] = [];
  let gathered: { at: number; due: number }[] = [];
  let last: { step: number; at: number } | null = null;
  const coming = came.map((at) => ({ at, due: at + GATHER }));
  for (let looks = 0; coming.length + gathered.length > 0; looks += 1) {
    if (looks > 20 * came.length + 1000) throw new Error('messages wait for ever');
    const now = Math.min(...[...coming, ...gathered].map(({ due }) => due));
    while (coming[0] !== undefined && coming[0].at <= now) gathered.push(...coming.splice(0, 1));
    const moments = came.filter((moment) => moment <= now);
    const step: StormStep = stormStep({ moments, gathered: gathered.map(({ at }) => at), last }, rule, now);
    if (step.do === 'wait') {
      const { until } = step;
      if (until <= now) throw new Error('a wait does not end');
      gathered = gathered.map(({ at, due }) => ({ at, due: due <= now ? until : due }));
    } else if (step.do === 'tell') {
      if (gathered.length < 2) throw new Error('a storm tells of one message');
      sent.push({ at: now, tells: gathered.map(({ at }) => at), step: step.step });
      last = { step: step.step, at: now };
      gathered = [];
    } else {
      sent.push(...gathered.filter(({ due }) => due <= now).map(({ at }) => ({ at: now, tells: [at], step: null })));
      gathered = gathered.filter(({ due }) => due > now);
    }
  }
  return sent;
}

/** `+0.4s one`, `+0.4s storm 0 of 1000`. */
function words(sent: readonly Sent[]): string[] {
  return sent.map(
    ({ at, tells, step }) => `+${(at - NOW) / SECOND}s ${step === null ? 'one' : `storm ${step} of ${tells.length}`}`,
  );
}

function burst(count: number, at = NOW, over = 0): number[] {
  return Array.from({ length: count }, (_, index) => at + Math.floor((index * over) / count));
}

describe('a storm', () => {
  it('is none as long as the messages are few', () => {
    expect(words(played(burst(5)))).toEqual(Array.from({ length: 5 }, () => '+0.4s one'));
  });

  it('of messages that come at once is one message, at once', () => {
    expect(words(played(burst(6)))).toEqual(['+0.4s storm 0 of 6']);
    expect(words(played(burst(1000)))).toEqual(['+0.4s storm 0 of 1000']);
  });

  it('that grows is told 3 s after it began, and goes on a minute later', () => {
    expect(words(played(burst(1000, NOW, 5 * SECOND)))).toEqual(['+3s storm 0 of 601', '+63s storm 1 of 399']);
  });

  it('that begins slowly is told message by message until they are too many', () => {
    const slow = burst(20, NOW, 100 * SECOND);
    const sent = words(played(slow));
    expect(sent.slice(0, 6)).toEqual([
      '+0.4s one',
      '+5.4s one',
      '+10.4s one',
      '+15.4s one',
      '+20.4s one',
      '+25.4s one',
    ]);
    expect(sent.slice(6)).toEqual(['+60.4s storm 0 of 7', '+120.4s storm 1 of 7']);
  });

  it('that goes on is told after 1, 5 and 15 min, and then every 30 min', () => {
    const sent = played(burst(2 * 60 * 10, NOW, 2 * HOUR));
    const storms = sent.filter(({ step }) => step !== null);
    const first = storms[0]?.at ?? 0;
    expect(storms.slice(0, 6).map(({ at }) => (at - first) / MINUTE)).toEqual([0, 1, 5, 15, 45, 75]);
  });

  it('is over when few came for as long as its rule looks back', () => {
    const ended = [...burst(6), NOW + 5 * MINUTE];
    expect(words(played(ended))).toEqual(['+0.4s storm 0 of 6', '+300.4s one']);
    const anew = [...burst(6), ...burst(6, NOW + 5 * MINUTE)];
    expect(words(played(anew))).toEqual(['+0.4s storm 0 of 6', '+300.4s storm 0 of 6']);
  });

  it('tells what it held back when it ends', () => {
    expect(words(played([...burst(6), NOW + 30 * SECOND]))).toEqual(['+0.4s storm 0 of 6', '+60s one']);
    const many = [...burst(6), ...burst(10, NOW + 30 * SECOND)];
    expect(words(played(many))).toEqual(['+0.4s storm 0 of 6', '+60.4s storm 1 of 10']);
  });

  const messages = fc
    .array(fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 20 * MINUTE })), {
      minLength: 1,
      maxLength: 60,
    })
    .chain((gaps) =>
      fc.constantFrom(
        gaps,
        gaps.map((gap) => gap % 8000),
      ),
    )
    .map((gaps) => {
      let at = NOW;
      return gaps.map((gap) => (at += gap));
    });

  test([messages], 'loses no message and tells none twice', (came) => {
    const told = played(came).flatMap(({ tells }) => tells);
    expect(told.sort((one, other) => one - other)).toEqual(came);
  });

  test([messages], 'keeps no message waiting for more than half an hour', (came) => {
    for (const { at, tells } of played(came)) expect(at - Math.min(...tells)).toBeLessThanOrEqual(31 * MINUTE);
  });

  test([messages], 'lets through few messages within any stretch of its time', (came) => {
    const sent = played(came);
    for (const { at } of sent) {
      const near = sent.filter((other) => other.at > at - RULE.within && other.at <= at).length;
      expect(near).toBeLessThanOrEqual(2 * RULE.over + 3);
    }
  });

  const dense = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 6, maxLength: 90 }).map((gaps) => {
    let at = NOW;
    return gaps.map((gap) => (at += gap));
  });

  test([dense], 'of messages that come thick and fast is told within 3 s', (came) => {
    const [first] = played(came);
    expect(first).toMatchObject({ step: 0 });
    expect((first?.at ?? Infinity) - (came[0] ?? 0)).toBeLessThanOrEqual(3 * SECOND);
  });
});
