import { assert, constantFrom, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressRange, type AddressRange } from '../../src/core/address-range.ts';
import {
  classifyAddress,
  OWN_NETWORK_POLICY,
  refusalOf,
  type AddressClass,
  type AddressPolicy,
  type Errand,
} from '../../src/net/address-guard.ts';

const hex = (bytes: readonly number[]): string =>
  [0, 2].map((at) => ((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)).toString(16)).join(':');
const inverted = (bytes: readonly number[]): string => hex(bytes.map((byte) => byte ^ 0xff));

/** Every way in which an IPv6 address carries an IPv4 one. */
const ENCODINGS: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  mapped: (bytes) => `::ffff:${hex(bytes)}`,
  'mapped, dotted': (bytes) => `::ffff:${bytes.join('.')}`,
  compatible: (bytes) => `::${hex(bytes)}`,
  translated: (bytes) => `::ffff:0:${hex(bytes)}`,
  NAT64: (bytes) => `64:ff9b::${hex(bytes)}`,
  'local NAT64': (bytes) => `64:ff9b:1::${hex(bytes)}`,
  '6to4': (bytes) => `2002:${hex(bytes)}::1`,
  'Teredo client': (bytes) => `2001:0:5db8:d822:0:0:${inverted(bytes)}`,
  'Teredo server': (bytes) => `2001:0:${hex(bytes)}::1`,
  ISATAP: (bytes) => `2a00:1450::5efe:${hex(bytes)}`,
};

const DIRECT: Errand = { from: null, port: 80 };

/** A policy with ranges as a person writes them. */
function aPolicy(parts: {
  allowPrivate?: boolean;
  deny?: readonly string[];
  allow?: readonly string[];
}): AddressPolicy {
  const ranges = (texts: readonly string[] = []): readonly AddressRange[] =>
    texts.map((text) => {
      const range = parseAddressRange(text);
      if ('message' in range) throw new Error(`${text} ${range.message}`);
      return range;
    });
  return { allowPrivate: parts.allowPrivate ?? true, deny: ranges(parts.deny), allow: ranges(parts.allow) };
}

describe('the address guard', () => {
  it.each<[string, AddressClass]>([
    ['93.184.216.34', 'public'],
    ['2606:2800:220:1:248:1893:25c8:1946', 'public'],
    ['64:ff9b::5db8:d822', 'public'],
    ['2002:5db8:d822::1', 'public'],
    ['::ffff:93.184.216.34', 'public'],
    ['127.0.0.1', 'private'],
    ['::1', 'private'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['198.51.100.1', 'private'],
    ['240.0.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['2001:db8::1', 'private'],
    ['::ffff:127.0.0.1', 'private'],
    ['64:ff9b::7f00:1', 'private'],
    ['2002:c0a8:101::1', 'private'],
    ['0.0.0.0', 'forbidden'],
    ['0.1.2.3', 'forbidden'],
    ['169.254.169.254', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['192.0.0.192', 'forbidden'],
    ['224.0.0.1', 'forbidden'],
    ['255.255.255.255', 'forbidden'],
    ['::', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['fe80::1%eth0', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['fd20:ce::254', 'forbidden'],
    ['ff02::1', 'forbidden'],
    ['not an address', 'forbidden'],
  ])('takes %s for %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });

  it.each(Object.entries(ENCODINGS))('sees a link-local address through the %s form', (_name, encode) => {
    assert(
      property(nat(255), nat(255), (third, fourth) => {
        expect(classifyAddress(encode([169, 254, third, fourth]))).toBe('forbidden');
      }),
    );
  });

  it.each(Object.entries(ENCODINGS))(
    'never takes a private address in the %s form for a public one',
    (_name, encode) => {
      const own = constantFrom([127, 0], [10, 7], [192, 168], [172, 16]);
      assert(
        property(own, nat(255), integer({ min: 1, max: 255 }), ([first = 0, second = 0], third, fourth) => {
          expect(classifyAddress(encode([first, second, third, fourth]))).not.toBe('public');
        }),
      );
    },
  );

  it('lets own monitors reach the own network, but no public site lead them there', () => {
    expect(refusalOf('127.0.0.1', OWN_NETWORK_POLICY, DIRECT)).toBeNull();
    expect(refusalOf('127.0.0.1', OWN_NETWORK_POLICY, { ...DIRECT, from: 'private' })).toBeNull();
    expect(refusalOf('127.0.0.1', OWN_NETWORK_POLICY, { ...DIRECT, from: 'public' })).toContain('public site');
    expect(refusalOf('93.184.216.34', OWN_NETWORK_POLICY, { ...DIRECT, from: 'public' })).toBeNull();
  });

  it('keeps everybody else out of the own network', () => {
    expect(refusalOf('10.0.0.1', aPolicy({ allowPrivate: false }), DIRECT)).toContain('not a public address');
    expect(refusalOf('169.254.169.254', OWN_NETWORK_POLICY, DIRECT)).toContain('never');
  });
});
