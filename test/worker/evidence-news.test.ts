import { describe, expect, it } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../../src/core/evidence.ts';
import { outcomeNotRun, type Outcome } from '../../src/core/outcome.ts';
import { EvidenceNews } from '../../src/worker/evidence-news.ts';
import { ManualClock } from '../support/manual-clock.ts';

const MINUTE = 60_000;
const CERTIFICATE = { subject: 'a', issuer: 'b', names: '', validFrom: 0, validTo: 1, fingerprint: 'AA' };

function evidence(address = '192.0.2.1:443', fingerprint = 'AA'): Evidence {
  const attempts = [{ address, reason: null, ms: 1 }];
  return { ...NO_EVIDENCE, attempts, certificates: [{ ...CERTIFICATE, fingerprint }] };
}

const up = (seen = evidence()): Outcome => {
  return { ...outcomeNotRun('internal_error'), status: 'up', reason: null, evidence: seen };
};
const down = (reason: Outcome['reason']): Outcome => ({ ...up(), status: 'down', reason });

function someNews(): { clock: ManualClock; isNews: (outcome: Outcome, monitor?: string) => boolean } {
  const clock = new ManualClock();
  const news = new EvidenceNews(clock);
  return { clock, isNews: (outcome, monitor = 'website') => news.isNews(monitor, outcome) };
}

describe('evidence', () => {
  it('is news with the first check of a monitor, and then no more', () => {
    const { isNews } = someNews();
    expect([isNews(up()), isNews(up()), isNews(up(), 'other'), isNews(up())]).toEqual([true, false, true, false]);
  });

  it('is news with another status or reason, at once and each time', () => {
    const { isNews } = someNews();
    const outcomes = [up(), down('conn_refused'), down('conn_refused'), down('conn_reset'), up(), up()];
    expect(outcomes.map((outcome) => isNews(outcome))).toEqual([true, true, false, true, true, false]);
  });

  it.each([
    ['address', evidence('192.0.2.2:443')],
    ['certificate', evidence('192.0.2.1:443', 'BB')],
  ])('is news with another %s, but not with every check that meets one', (_what, other) => {
    const { clock, isNews } = someNews();
    isNews(up());
    expect(isNews(up(other))).toBe(false);
    clock.advance(5 * MINUTE);
    expect([isNews(up(other)), isNews(up()), isNews(up(other))]).toEqual([true, false, false]);
    clock.advance(5 * MINUTE);
    expect([isNews(up(other)), isNews(up())]).toEqual([false, true]);
  });

  it('is news again after an hour', () => {
    const { clock, isNews } = someNews();
    isNews(up());
    clock.advance(59 * MINUTE);
    expect(isNews(up())).toBe(false);
    clock.advance(MINUTE);
    expect([isNews(up()), isNews(up())]).toEqual([true, false]);
  });

  it('is no news where there is none', () => {
    const { isNews } = someNews();
    expect(isNews(outcomeNotRun('missed_late'))).toBe(false);
    expect(isNews(up())).toBe(true);
  });
});
