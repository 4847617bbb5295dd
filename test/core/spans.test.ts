import { describe, expect, it } from 'vitest';
import { repaint, spansOf, type Span } from '../../src/core/spans.ts';
import { joinVerdicts, statusOfOutcome, type Verdict } from '../../src/core/status-machine.ts';
import { STATUSES, type Status } from '../../src/core/status.ts';
import { fc, test } from '../support/property.ts';

const MINUTE = 60_000;
const at = (minute: number, status: Status, reason: Verdict['reason'] = null): Verdict => ({
  slot: minute * MINUTE,
  interval: MINUTE,
  status,
  reason,
});
const short = (spans: readonly Span[]) => spans.map(({ start, status }) => [start / MINUTE, status]);

describe('spansOf', () => {
  it.each<[string, Verdict[], [number, Status][]]>([
    ['nothing of nothing', [], []],
    ['one open span of one status', [at(0, 'up'), at(1, 'up'), at(2, 'up')], [[0, 'up']]],
    [
      'a change where it was seen',
      [at(0, 'up'), at(1, 'down'), at(2, 'up')],
      [
        [0, 'up'],
        [1, 'down'],
        [2, 'up'],
      ],
    ],
    [
      'a gap from the end of the interval',
      [at(0, 'up'), at(5, 'up')],
      [
        [0, 'up'],
        [1, 'unknown'],
        [5, 'up'],
      ],
    ],
    ['no gap for a check half an interval late', [at(0, 'up'), at(1.5, 'up')], [[0, 'up']]],
    [
      'a gap beyond half an interval',
      [at(0, 'up'), at(1.6, 'up')],
      [
        [0, 'up'],
        [1, 'unknown'],
        [1.6, 'up'],
      ],
    ],
    [
      'one unknown of our fault and a gap',
      [at(0, 'up'), at(1, 'unknown', 'missed_late'), at(9, 'up')],
      [
        [0, 'up'],
        [1, 'unknown'],
        [9, 'up'],
      ],
    ],
  ])('makes %s', (_, verdicts, expected) => {
    expect(short(spansOf(verdicts))).toEqual(expected);
  });
});

describe('statusOfOutcome', () => {
  it('never blames the target for a fault of ours', () => {
    expect(statusOfOutcome({ status: 'down', reason: 'local_resources' })).toBe('unknown');
    expect(statusOfOutcome({ status: 'down', reason: 'conn_refused' })).toBe('down');
    expect(statusOfOutcome({ status: 'up', reason: null })).toBe('up');
  });
});

const verdict = fc.record({
  slot: fc.integer({ min: 0, max: 60 }).map((tick) => tick * 1000),
  interval: fc.constantFrom(1000, 2000, 5000),
  status: fc.constantFrom(...STATUSES),
  reason: fc.constantFrom(null, 'timeout_wait' as const, 'conn_refused' as const),
});

/** One verdict a slot, in order. */
function inOrder(verdicts: readonly Verdict[]): Verdict[] {
  const bySlot = new Map<number, Verdict>();
  for (const one of verdicts) {
    const known = bySlot.get(one.slot);
    bySlot.set(one.slot, known === undefined ? one : joinVerdicts(known, one));
  }
  return [...bySlot.values()].sort((one, other) => one.slot - other.slot);
}

describe('joinVerdicts', () => {
  it('takes the worse status, and any known one before unknown', () => {
    expect(joinVerdicts(at(0, 'up'), at(0, 'down', 'timeout_dns'))).toMatchObject({
      status: 'down',
      reason: 'timeout_dns',
    });
    expect(joinVerdicts(at(0, 'unknown', 'missed_late'), at(0, 'up'))).toMatchObject({ status: 'up', reason: null });
    expect(joinVerdicts(at(0, 'degraded'), at(0, 'up'))).toMatchObject({ status: 'degraded' });
  });

  test([fc.tuple(verdict, verdict, verdict)], 'does not depend on who reports first', (three) => {
    const [one, two, other] = three.map((each) => ({ ...each, slot: 0 })) as [Verdict, Verdict, Verdict];
    expect(joinVerdicts(one, two)).toEqual(joinVerdicts(two, one));
    expect(joinVerdicts(joinVerdicts(one, two), other)).toEqual(joinVerdicts(one, joinVerdicts(two, other)));
  });
});

describe('repaint', () => {
  test(
    [fc.array(verdict, { maxLength: 40 })],
    'comes to the same spans in whatever order verdicts arrive',
    (arrivals) => {
      let spans: Span[] = [];
      const known: Verdict[] = [];
      for (const arrival of arrivals) {
        const before = inOrder(known);
        known.push(arrival);
        const now = inOrder(known);
        const index = now.findIndex(({ slot }) => slot === arrival.slot);
        const current = now[index];
        if (current === undefined) throw new Error('unreachable');
        spans = repaint(spans, { previous: now[index - 1], verdict: current, next: now[index + 1] });
        expect(before.length).toBeLessThanOrEqual(now.length);
      }
      expect(spans).toEqual(spansOf(inOrder(arrivals)));
    },
  );

  test([fc.array(verdict, { maxLength: 40 })], 'keeps spans in order, without overlap, and alternating', (verdicts) => {
    const spans = spansOf(inOrder(verdicts));
    for (const [index, span] of spans.entries()) {
      const next = spans[index + 1];
      if (next === undefined) continue;
      expect(next.start).toBeGreaterThan(span.start);
      expect(next.status).not.toBe(span.status);
    }
  });

  test(
    [fc.array(verdict, { minLength: 1, maxLength: 40 }), verdict],
    'never lets a late verdict touch time a newer one spoke for',
    (known, late) => {
      const before = spansOf(inOrder(known));
      const after = spansOf(inOrder([...known, late]));
      const newer = inOrder(known).find(({ slot }) => slot > late.slot);
      fc.pre(newer !== undefined);
      for (let time = newer.slot; time < 70_000; time += 500) {
        expect(statusAt(after, time)).toBe(statusAt(before, time));
      }
    },
  );
});

function statusAt(spans: readonly Span[], time: number): Status {
  return spans.findLast(({ start }) => start <= time)?.status ?? 'unknown';
}
