import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  formatAddressRange,
  isInRange,
  parseAddressRange,
  type AddressRange,
} from '../../src/core/address-range.ts';
import { fc, test } from '../support/property.ts';

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6());

function range(text: string): AddressRange {
  const read = parseAddressRange(text);
  if ('message' in read) throw new Error(`${text} ${read.message}`);
  return read;
}

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00:0::/8', 'fd00::/8'],
    ['::1', '::1'],
    ['2001:db8:0:0::1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['127.0.0.1:6379', '127.0.0.1:6379'],
    ['[::1]:6379', '[::1]:6379'],
  ])('%j is read as %s', (written, shown) => {
    expect(formatAddressRange(range(written))).toBe(shown);
  });

  it.each([
    ['10.0.0.1/8', 'must begin a range of /8', '10.0.0.0/8'],
    ['fd00::1/8', 'must begin a range of /8', 'fd00::/8'],
    ['10.0.0.0/255.0.0.0', 'must have a prefix', '10.0.0.0/8'],
    ['192.168.*.*', 'must be', '192.168.0.0/16'],
    ['10.0.0.0/33', 'from /0 to /32', null],
    ['::/129', 'from /0 to /128', null],
    ['10.0.0.0/', 'from /0 to /32', null],
    ['10.0.0.0/8/8', 'must be', null],
    ['10.1', 'must be', null],
    ['0x7f.0.0.1', 'must be', null],
    ['localhost', 'must be', null],
    ['fe80::1%eth0', 'must be', null],
    ['127.0.0.1:0', 'port from 1', null],
    ['127.0.0.1:65536', 'port from 1', null],
    ['', 'must be', null],
  ])('%j is none: %s', (written, message, suggestion) => {
    const read = parseAddressRange(written);
    expect(read).toHaveProperty('message', expect.stringContaining(message));
    expect(read).toHaveProperty('suggestion', suggestion);
  });

  test([anyAddress, fc.nat(128)], 'holds the addresses that share its bits and no others', (address, wanted) => {
    const bytes = addressBytes(address) ?? [];
    const bits = Math.min(wanted, bytes.length * 8);
    const binary = (of: readonly number[]): string => of.map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const first = bytes.map((byte, place) => byte & (0xff << Math.max(0, Math.min(8, 8 - (bits - place * 8)))) & 0xff);
    const read = { bytes: first, bits, port: null };
    expect(isInRange(bytes, read)).toBe(true);
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const other = bytes.map((byte, place) => (place === bit >> 3 ? byte ^ (128 >> (bit & 7)) : byte));
      expect(isInRange(other, read)).toBe(binary(other).slice(0, bits) === binary(bytes).slice(0, bits));
    }
    expect(range(formatAddressRange(read))).toEqual(read);
  });
});
