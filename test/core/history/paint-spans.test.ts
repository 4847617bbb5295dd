import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addStroke, paintSpans, type Stroke } from '../../../src/core/history/paint-spans.ts';
import { leavesGap, spansOf, type Span } from '../../../src/core/spans.ts';
import { STATUSES } from '../../../src/core/status.ts';
import type { Verdict } from '../../../src/core/status-machine.ts';

const verdict = fc.record({
  slot: fc.integer({ min: 0, max: 400 }),
  interval: fc.integer({ min: 1, max: 20 }),
  status: fc.constantFrom(...STATUSES),
  reason: fc.constant(null),
});
const verdicts = fc
  .uniqueArray(verdict, { selector: ({ slot }) => slot, minLength: 1, maxLength: 40 })
  .map((list) => list.toSorted((one, other) => one.slot - other.slot));

/** What a verdict says of the time up to the next one, or to the end of time. */
function strokesOf({ slot, interval, status, reason }: Verdict, next: Verdict | undefined): Stroke[] {
  if (next === undefined) return [{ from: slot, to: Infinity, status, reason }];
  if (!leavesGap({ slot, interval }, next.slot)) return [{ from: slot, to: next.slot, status, reason }];
  return [
    { from: slot, to: slot + interval, status, reason },
    { from: slot + interval, to: next.slot, status: 'unknown', reason: null },
  ];
}

function strokesFrom(list: readonly Verdict[]): Stroke[] {
  const strokes: Stroke[] = [];
  for (const [index, each] of list.entries()) {
    for (const stroke of strokesOf(each, list[index + 1])) addStroke(strokes, stroke);
  }
  return strokes;
}

const up: Span = { start: 0, status: 'up', reason: null };

describe('paintSpans', () => {
  it('makes the spans of all verdicts of their strokes', () => {
    fc.assert(
      fc.property(verdicts, (list) => {
        expect(paintSpans([], strokesFrom(list))).toEqual(spansOf(list));
      }),
    );
  });

  it('changes nothing when what is painted is there already', () => {
    fc.assert(
      fc.property(verdicts, fc.nat(40), fc.nat(40), (list, from, count) => {
        const part = list.slice(from, from + count);
        const next = list[from + count];
        const strokes = part.flatMap((each, index) => {
          const following = part[index + 1] ?? next;
          return following === undefined && index < part.length - 1 ? [] : strokesOf(each, following);
        });
        expect(paintSpans(spansOf(list), strokes)).toEqual(spansOf(list));
      }),
    );
  });

  it('paints a part that was missing', () => {
    fc.assert(
      fc.property(verdicts, fc.nat(40), fc.nat(40), (list, from, count) => {
        const missing = new Set(list.slice(from, from + count));
        const kept = list.filter((each) => !missing.has(each));
        const first = Math.max(0, from - 1);
        const strokes: Stroke[] = [];
        for (const [index, each] of list.entries()) {
          if (index < first || index >= from + count) continue;
          for (const stroke of strokesOf(each, list[index + 1])) addStroke(strokes, stroke);
        }
        expect(paintSpans(spansOf(kept), strokes)).toEqual(spansOf(list));
      }),
    );
  });

  it.each<[string, Span[], Stroke[], Span[]]>([
    [
      'leaves what comes before and after',
      [up],
      [{ from: 10, to: 20, status: 'down', reason: 'conn_refused' }],
      [up, { start: 10, status: 'down', reason: 'conn_refused' }, { start: 20, status: 'up', reason: null }],
    ],
    [
      'says nothing of time that nothing was known of',
      [],
      [{ from: 10, to: 20, status: 'up', reason: null }],
      [
        { start: 10, status: 'up', reason: null },
        { start: 20, status: 'unknown', reason: null },
      ],
    ],
    ['joins what is the same', [up], [{ from: 10, to: Infinity, status: 'up', reason: null }], [up]],
  ])('%s', (_, spans, strokes, after) => {
    expect(paintSpans(spans, strokes)).toEqual(after);
  });
});
