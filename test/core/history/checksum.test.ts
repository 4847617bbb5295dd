import { describe, expect, it } from 'vitest';
import { checksum } from '../../../src/core/history/checksum.ts';
import { fc, test } from '../../support/property.ts';

/** Bit by bit, as the definition has it. */
function plainly(data: Uint8Array): number {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x11021);
  }
  return crc;
}

describe('checksum', () => {
  it('is CRC-16/XMODEM, by the check value of its catalogue', () => {
    expect(checksum(new TextEncoder().encode('123456789'), 9)).toBe(0x31c3);
  });

  test(
    [fc.uint8Array({ maxLength: 40 }), fc.nat(40)],
    'is what the definition gives, of all bytes and of the first ones',
    (data, most) => {
      const length = Math.min(most, data.length);
      expect(checksum(data, data.length)).toBe(plainly(data));
      expect(checksum(data, length)).toBe(plainly(data.subarray(0, length)));
    },
  );
});
