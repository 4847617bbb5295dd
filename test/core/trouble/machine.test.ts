import { describe, expect, it } from 'vitest';
import { spansOf, type Span } from '../../../src/core/spans.ts';
import type { Verdict } from '../../../src/core/status-machine.ts';
import type { Status } from '../../../src/core/status.ts';
import { beginMachine, isConfirming, overlay, type MachineState } from '../../../src/core/trouble/machine-state.ts';
import { judgeVerdict, type MachineStep } from '../../../src/core/trouble/machine.ts';
import { USUAL_RULES, type TroubleRules } from '../../../src/core/trouble/rules.ts';
import { fc, test } from '../../support/property.ts';

const MINUTE = 60_000;
const LETTERS: Readonly<Record<string, Pick<Verdict, 'status' | 'reason'>>> = {
  U: { status: 'up', reason: null },
  D: { status: 'degraded', reason: 'response_slow' },
  F: { status: 'down', reason: 'conn_refused' },
  /** No check was made. */
  M: { status: 'unknown', reason: 'missed_overlap' },
  /** Our own fault. */
  B: { status: 'unknown', reason: 'network_unreachable' },
};
const SHORT: Readonly<Record<Status, string>> = { up: 'U', degraded: 'D', down: 'F', unknown: '?' };
const PLAIN: TroubleRules = { ...USUAL_RULES, retries: 0, recoverAfter: 1, degradedAfter: 1, flapping: null };

/** One verdict a minute; `-` is a minute without one. */
function verdictsOf(letters: string): Verdict[] {
  return letters.split('').flatMap((letter, minute) => {
    const said = LETTERS[letter];
    return said === undefined ? [] : [{ slot: minute * MINUTE, interval: MINUTE, ...said }];
  });
}

interface Run {
  readonly steps: readonly MachineStep[];
  readonly spans: readonly Span[];
}

function run(verdicts: readonly Verdict[], rules: TroubleRules, keep = (state: MachineState) => state): Run {
  let state = beginMachine();
  let spans: Span[] = [];
  const steps = verdicts.map((verdict) => {
    const step = judgeVerdict(state, rules, verdict);
    state = keep(step.state);
    // As the table of spans does it: nothing is joined here.
    spans = [...spans.filter((span) => span.start < (step.paint[0]?.start ?? Infinity)), ...step.paint];
    return step;
  });
  return { steps, spans };
}

/** `U0 F3`: up from minute 0, down from minute 3. */
const shortSpans = (spans: readonly Span[]) =>
  spans.map(({ start, status }) => `${SHORT[status]}${start / MINUTE}`).join(' ');
/** The status after each verdict. */
const shortStatuses = ({ steps }: Run) => steps.map(({ state }) => SHORT[state.status]).join('');
/** `U>F retries 3 1-3`: by the rule, so many results, from minute to minute. */
const shortTransitions = ({ steps }: Run) =>
  steps.flatMap(({ transition }) => {
    if (transition === null) return [];
    const { from, to, proof } = transition;
    const minutes = `${proof.first / MINUTE}-${proof.last / MINUTE}`;
    return [`${SHORT[from]}>${SHORT[to]} ${proof.rule} ${proof.count} ${minutes}`];
  });

const rulesLike = (changed: Partial<TroubleRules>): TroubleRules => ({ ...USUAL_RULES, flapping: null, ...changed });

describe('judgeVerdict', () => {
  it.each<[string, Partial<TroubleRules>, string, string, string, string[]]>([
    ['is up at the first success', {}, 'UU', 'UU', 'U0', []],
    [
      'is down from the first of three failures',
      {},
      'UUFFFUU',
      'UUUUFUU',
      'U0 F2 U5',
      ['U>F retries 3 2-4', 'F>U recover_after 1 5-5'],
    ],
    ['forgets failures that are not confirmed', {}, 'UFFUFFU', 'UUUUUUU', 'U0', []],
    ['is down at the first failure without retries', { retries: 0 }, 'UF', 'UF', 'U0 F1', ['U>F retries 1 1-1']],
    ['knows nothing until first failures are confirmed', {}, 'FFF', '??F', 'F0', ['?>F retries 3 0-2']],
    ['leaves a first failure that is not confirmed unknown', {}, 'FU', '?U', '?0 U1', []],
    [
      'recovers from the first of enough successes',
      { retries: 0, recoverAfter: 3 },
      'UFUUFUUU',
      'UFFFFFFU',
      'U0 F1 U5',
      ['U>F retries 1 1-1', 'F>U recover_after 3 5-7'],
    ],
    [
      'is degraded from the first of two degraded results until one is up',
      {},
      'UDUDDDU',
      'UUUUDDU',
      'U0 D3 U6',
      ['U>D degraded.after 2 3-4', 'D>U degraded.after 1 6-6'],
    ],
    ['does not count degraded results across a failure', {}, 'UDFDU', 'UUUUU', 'U0', []],
    [
      'goes from degraded to down',
      { degradedAfter: 1 },
      'DFFFD',
      'DDDFD',
      'D0 F1 D4',
      ['?>D degraded.after 1 0-0', 'D>F retries 3 1-3', 'F>D recover_after 1 4-4'],
    ],
    [
      'recovers as degraded when the last results were',
      { retries: 0, recoverAfter: 3 },
      'FUDD',
      'FFFD',
      'F0 U1 D2',
      ['?>F retries 1 0-0', 'F>D recover_after 3 1-3'],
    ],
    [
      'recovers as up when too few of the last results were degraded',
      { retries: 0, recoverAfter: 2 },
      'FDUD',
      'FFUU',
      'F0 U1',
      ['?>F retries 1 0-0', 'F>U recover_after 2 1-2'],
    ],
    [
      'goes on to degraded after it recovered',
      { retries: 0 },
      'FDD',
      'FUD',
      'F0 D1',
      ['?>F retries 1 0-0', 'F>U recover_after 1 1-1', 'U>D degraded.after 2 1-2'],
    ],
    ['does not know the time from the first failure when the fault is its own', {}, 'UFFBU', 'UUU?U', 'U0 ?1 U4', []],
    ['begins to count anew after its own fault', {}, 'UFFBFFU', 'UUU???U', 'U0 ?1 U6', []],
    ['goes on counting across checks that were not made', {}, 'UFMFF', 'UU??F', 'U0 F1 ?2 F3', ['U>F retries 3 1-4']],
    ['goes on counting across a gap', {}, 'UF--FF', 'UU?F', 'U0 F1 ?2 F4', ['U>F retries 3 1-5']],
    ['knows nothing of checks that were not made when no failure is confirmed', {}, 'UFMFU', 'UU??U', 'U0 ?2 U4', []],
    [
      'is down again at the first failure after its own fault',
      {},
      'UFFFBFU',
      'UUUF?FU',
      'U0 F1 ?4 F5 U6',
      ['U>F retries 3 1-3', 'F>U recover_after 1 6-6'],
    ],
    [
      'recovers from before what was unknown',
      { retries: 0, recoverAfter: 2 },
      'FUMU',
      'FF?U',
      'F0 U1 ?2 U3',
      ['?>F retries 1 0-0', 'F>U recover_after 2 1-3'],
    ],
    [
      'does not count successes across its own fault',
      { retries: 0, recoverAfter: 2 },
      'FUBUU',
      'FF??U',
      'F0 ?2 U3',
      ['?>F retries 1 0-0', 'F>U recover_after 2 3-4'],
    ],
    [
      'is degraded again at once after a gap',
      {},
      'DD--DU',
      'UDDU',
      'D0 ?2 D4 U5',
      ['U>D degraded.after 2 0-1', 'D>U degraded.after 1 5-5'],
    ],
  ])('%s', (_, rules, letters, ...expected) => {
    const result = run(verdictsOf(letters), rulesLike(rules));
    expect([shortStatuses(result), shortSpans(result.spans), shortTransitions(result)]).toEqual(expected);
  });

  it('asks for another check after each failure that does not confirm', () => {
    const { steps } = run(verdictsOf('UFFFFUFBF'), rulesLike({}));
    expect(steps.map(({ recheck }) => recheck?.attempt ?? 0)).toEqual([0, 2, 3, 0, 0, 0, 2, 0, 2]);
    expect(steps.map(({ state }) => Number(isConfirming(state)))).toEqual([0, 1, 1, 0, 0, 0, 1, 0, 1]);
  });

  it('remembers nothing of a monitor that stands still', () => {
    const { steps } = run(verdictsOf('UFUDUFFFU'), rulesLike({}));
    expect(steps.map(({ state }) => Number(state.memory !== null))).toEqual([0, 1, 0, 1, 0, 1, 1, 0, 0]);
  });

  it('gives the reason of the first failure to the span', () => {
    const [good, first, second] = verdictsOf('UFF');
    const verdicts: Verdict[] = [good!, { ...first!, reason: 'timeout_wait' }, second!];
    expect(run(verdicts, rulesLike({ retries: 1 })).spans.at(-1)?.reason).toBe('timeout_wait');
  });

  it('refuses a verdict that is not newer', () => {
    const [verdict] = verdictsOf('U');
    const { state } = judgeVerdict(beginMachine(), PLAIN, verdict!);
    expect(() => judgeVerdict(state, PLAIN, verdict!)).toThrow('came after');
  });
});

describe('flapping', () => {
  const rules = { ...PLAIN, flapping: { changes: 3, window: 5 * MINUTE } };
  const turns = (letters: string, with_ = rules) =>
    run(verdictsOf(letters), with_)
      .steps.map(({ flapping }) => ({ began: 'b', ended: 'e', none: '.' })[flapping ?? 'none'])
      .join('');

  it.each([
    ['begins with the change that is one too many', 'UFUF', '...b'],
    ['does not begin when the changes are too far apart', 'UFUUUUFU', '........'],
    ['ends after a window without a change', 'UFUFFFFFF', '...b....e'],
    ['ends in the state it is in, good or bad', 'UFUFUUUUUU', '...b.....e'],
    ['ends once something is known again', 'UFUFBBBBBBF', '...b......e'],
    ['begins anew after it ended', 'UFUFFFFFFUFU', '...b....e..b'],
    ['counts changes to degraded', 'UDUD', '...b'],
    ['does not count changes between degraded and down', 'UDFDFDF', '.......'],
    ['does not count what was unknown meanwhile', 'UBUBUBU', '.......'],
  ])('%s', (_, letters, expected) => {
    expect(turns(letters)).toBe(expected);
  });

  it('does not count failures that are not confirmed', () => {
    expect(turns('UFUFUFUFU', { ...rules, retries: 1 })).toBe('.........');
  });

  it('says which changes are the proof', () => {
    const step = run(verdictsOf('UFUF'), rules).steps.at(-1);
    expect(step?.flappingProof).toEqual({ rule: 'flapping', count: 3, first: MINUTE, last: 3 * MINUTE });
  });

  it('ends when it is no longer looked for', () => {
    const { state } = run(verdictsOf('UFUF'), rules).steps.at(-1)!;
    const next: Verdict = { slot: 4 * MINUTE, interval: MINUTE, status: 'down', reason: 'conn_refused' };
    expect(judgeVerdict(state, PLAIN, next).flapping).toBe('ended');
  });
});

describe('laws of the machine', () => {
  const anyLetters = fc
    .array(fc.constantFrom('U', 'U', 'D', 'F', 'F', 'F', 'M', 'B', '-'), { maxLength: 60 })
    .map((letters) => letters.join(''));
  const anyRules = fc.record({
    retries: fc.integer({ min: 0, max: 4 }),
    retryInterval: fc.constant(5000),
    recoverAfter: fc.integer({ min: 1, max: 4 }),
    intervalDown: fc.constant(null),
    degradedAfter: fc.integer({ min: 1, max: 4 }),
    flapping: fc.option(
      fc.record({
        changes: fc.integer({ min: 2, max: 5 }),
        window: fc.integer({ min: 2, max: 20 }).map((minutes) => minutes * MINUTE),
      }),
    ),
  });

  test([anyLetters, anyRules], 'spans alternate, are in order and end as the state says', (letters, rules) => {
    const { steps, spans } = run(verdictsOf(letters), rules);
    for (const [index, span] of spans.slice(1).entries()) {
      expect(span.start).toBeGreaterThan(spans[index]!.start);
      expect(span.status).not.toBe(spans[index]!.status);
    }
    const state = steps.at(-1)?.state ?? beginMachine();
    expect(spans.at(-1)?.start ?? null).toBe(state.since);
    expect(spans.at(-1)?.status ?? 'unknown').toBe(state.status);
  });

  test([anyLetters], 'without any waiting the spans are those of the verdicts', (letters) => {
    const verdicts = verdictsOf(letters);
    expect(run(verdicts, PLAIN).spans).toEqual(spansOf(verdicts));
  });

  test([anyLetters, anyRules], 'a state can be kept as JSON after any verdict', (letters, rules) => {
    const verdicts = verdictsOf(letters);
    const kept = run(verdicts, rules, (state) => JSON.parse(JSON.stringify(state)) as MachineState);
    expect(kept).toEqual(run(verdicts, rules));
  });

  test([anyLetters, anyRules], 'a monitor becomes down only after enough failures in a row', (letters, rules) => {
    const verdicts = verdictsOf(letters);
    const { steps } = run(verdicts, rules);
    for (const [index, { transition }] of steps.entries()) {
      if (transition?.to !== 'down') continue;
      const said = verdicts.slice(0, index + 1).filter(({ reason }) => reason !== 'missed_overlap');
      const lastFew = said.slice(-rules.retries - 1);
      expect(lastFew.map(({ status }) => status)).toEqual(Array.from({ length: rules.retries + 1 }, () => 'down'));
      expect(transition.proof).toMatchObject({ first: lastFew[0]?.slot, last: verdicts[index]?.slot });
    }
  });

  test(
    [fc.array(fc.constantFrom('U', 'D', 'UF', 'DF'), { maxLength: 40 }), anyRules],
    'a failure alone changes no status',
    (parts, rules) => {
      const letters = `U${parts.join('')}`;
      const { steps } = run(verdictsOf(letters), { ...rules, retries: Math.max(rules.retries, 1) });
      for (const [index, step] of steps.entries()) {
        expect(step.state.status).not.toBe('down');
        if (letters[index] !== 'F') continue;
        expect(step.paint).toEqual([]);
        expect(step.state.status).toBe(steps[index - 1]?.state.status);
      }
    },
  );

  test([anyLetters, anyRules], 'each transition goes on from the one before it', (letters, rules) => {
    const transitions = run(verdictsOf(letters), rules).steps.flatMap(({ transition }) => transition ?? []);
    for (const [index, { from, to, proof }] of transitions.entries()) {
      expect(from).not.toBe(to);
      expect(proof.first).toBeLessThanOrEqual(proof.last);
      // Being well at first is no transition.
      expect(from).toBe(index === 0 ? from : transitions[index - 1]?.to);
    }
  });

  test([anyLetters, anyRules], 'flapping begins and ends in turns', (letters, rules) => {
    const turns = run(verdictsOf(letters), rules).steps.flatMap(({ flapping }) => flapping ?? []);
    expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'began' : 'ended')));
  });

  test([anyLetters, anyRules], 'what is painted replaces only what it differs from', (letters, rules) => {
    let spans: Span[] = [];
    for (const { paint } of run(verdictsOf(letters), rules).steps) {
      const replaced = [...spans.filter((span) => span.start < (paint[0]?.start ?? Infinity)), ...paint];
      expect(replaced).toEqual(overlay(spans, paint));
      spans = replaced;
    }
  });
});
