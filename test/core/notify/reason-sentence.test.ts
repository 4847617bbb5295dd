import { describe, expect, it } from 'vitest';
import { reasonSentence } from '../../../src/core/notify/reason-sentence.ts';
import { DROP_REASONS, WAIT_REASONS } from '../../../src/core/notify/situation.ts';

describe('reasonSentence', () => {
  it.each([
    ...WAIT_REASONS.map((reason) => ['waiting', reason] as const),
    ...DROP_REASONS.map((reason) => ['dropped', reason] as const),
  ])('says of a message that is %s for %s why, in a sentence', (state, reason) => {
    const sentence = reasonSentence(reason, state);
    expect(sentence).toMatch(/^[A-Z].{10,120}\.$/);
    expect(sentence).not.toContain('_');
  });

  it('tells what waits from what was dropped for the same reason', () => {
    for (const reason of WAIT_REASONS.filter((word) => (DROP_REASONS as readonly string[]).includes(word))) {
      expect(reasonSentence(reason, 'waiting')).not.toBe(reasonSentence(reason, 'dropped'));
    }
  });
});
