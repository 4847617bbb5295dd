import { describe, expect, it } from 'vitest';
import { createSeal } from '../../src/queue/seal.ts';
import { fc, test as property } from '../support/property.ts';

describe('a seal', () => {
  const seal = createSeal('a secret long enough');

  property([fc.string(), fc.string()], 'opens what it closed', (text, context) => {
    expect(seal.open(seal.seal(text, context), context)).toBe(text);
  });

  property(
    [fc.string({ minLength: 1 }), fc.nat()],
    'does not open what was changed by a single bit',
    (text, position) => {
      const bytes = Buffer.from(seal.seal(text, 'context'), 'base64');
      const index = position % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      expect(seal.open(bytes.toString('base64'), 'context')).toBeUndefined();
    },
  );

  it('does not open under another secret or another context', () => {
    const sealed = seal.seal('text', 'site@1');
    expect(createSeal('another secret altogether').open(sealed, 'site@1')).toBeUndefined();
    expect(seal.open(sealed, 'site@2')).toBeUndefined();
  });

  it('does not open what is no seal at all', () => {
    for (const text of ['', 'AAAA', 'not base64 !!', 'A'.repeat(100)]) expect(seal.open(text, '')).toBeUndefined();
  });

  it('closes the same text differently each time, with the same fingerprint', () => {
    expect(seal.seal('text', '')).not.toBe(seal.seal('text', ''));
    expect(seal.fingerprint('text')).toBe(createSeal('a secret long enough').fingerprint('text'));
    expect(seal.fingerprint('text')).not.toBe(createSeal('another secret').fingerprint('text'));
  });
});
