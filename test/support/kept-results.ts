import { keptMicroseconds, type KeptResult } from '../../src/core/history/kept-result.ts';
import { type Reason, REASONS } from '../../src/core/reasons.ts';
import { STATUSES } from '../../src/core/status.ts';
import { fc } from './property.ts';

/** A result that is kept, for tests that care about a few of its fields. */
export function aKeptResult(overrides: Partial<KeptResult> = {}): KeptResult {
  return {
    slot: Date.UTC(2026, 10, 23, 12, 0, 17),
    intervalMs: 60_000,
    status: 'up',
    reason: null,
    statusCode: 200,
    lateMs: 2,
    durationUs: 91_830,
    dnsUs: 812,
    connectUs: 14_370,
    tlsUs: 29_110,
    waitUs: 46_900,
    bodyUs: 604,
    family: 4,
    attempt: 1,
    traced: false,
    message: null,
    ...overrides,
  };
}

const time = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 500, noNaN: true }).map(keptMicroseconds) },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.nat({ max: 100_000 }) },
  { weight: 1, arbitrary: fc.maxSafeNat() },
);
const text = fc.oneof(fc.constantFrom('connection refused', 'Zeitüberschreitung', ''), fc.string({ unit: 'grapheme' }));

const anyResult: fc.Arbitrary<KeptResult> = fc.record({
  slot: fc.constant(0),
  intervalMs: fc.oneof(fc.constant(60_000), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  status: fc.constantFrom(...STATUSES),
  reason: fc.oneof(fc.constant(null), fc.constantFrom(...(Object.keys(REASONS) as Reason[]))),
  statusCode: fc.oneof(fc.constantFrom(null, 200, 503), fc.maxSafeInteger()),
  lateMs: fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 9 }), fc.maxSafeInteger()),
  durationUs: time,
  dnsUs: time,
  connectUs: time,
  tlsUs: time,
  waitUs: time,
  bodyUs: time,
  family: fc.constantFrom(null, 4, 6),
  attempt: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  traced: fc.boolean(),
  message: fc.oneof(fc.constant(null), text),
});

/** Runs of results that share all but their times, as a monitor leaves them, and results that share nothing. */
const anyRun: fc.Arbitrary<KeptResult[]> = fc.oneof(
  fc.array(anyResult, { maxLength: 5 }),
  fc
    .tuple(anyResult, fc.array(fc.tuple(time, time, time), { maxLength: 70 }))
    .map(([one, times]) => times.map(([durationUs, waitUs, dnsUs]) => ({ ...one, durationUs, waitUs, dnsUs }))),
);

const anyAdvance = fc.oneof(
  { weight: 8, arbitrary: fc.constant(60_000) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 46 }) },
);

/** Any results that a block can hold: in order of slot, each slot once. */
export const anyKeptResults: fc.Arbitrary<KeptResult[]> = fc
  .tuple(fc.array(anyRun, { maxLength: 6 }), fc.nat({ max: 2 ** 41 }), fc.infiniteStream(anyAdvance))
  .map(([runs, first, advances]) => {
    const results: KeptResult[] = [];
    let slot = first;
    for (const result of runs.flat()) {
      slot += advances.next().value ?? 1;
      results.push({ ...result, slot });
    }
    return results;
  });
