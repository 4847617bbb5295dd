import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/core/trace-id.ts';
import { fc } from '../support/property.ts';

const seed = '0123456789abcdef'.repeat(2);

describe('a trace id', () => {
  it('is the first half of the SHA-256 of seed, monitor and slot', () => {
    const digest = createHash('sha256').update(`${seed}\nwebsite\n1764000000000`).digest('hex');
    expect(traceIdOf(seed, 'website', 1_764_000_000_000)).toBe(digest.slice(0, 32));
  });

  it('is always 32 hexadecimal digits that are not all zero, the same for the same check', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9_-]{1,64}$/), fc.nat(), (monitor, slot) => {
        const id = traceIdOf(seed, monitor, slot);
        expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
        expect(traceIdOf(seed, monitor, slot)).toBe(id);
      }),
    );
  });

  it('is another one for every other seed, monitor or slot', () => {
    const ids = [
      traceIdOf(seed, 'a', 1),
      traceIdOf(seed, 'a', 11),
      traceIdOf(seed, 'a1', 1),
      traceIdOf('f'.repeat(32), 'a', 1),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});
