import { isIP } from 'node:net';
import { assert, constantFrom, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressRange, type AddressRange } from '../../src/core/address-range.ts';
import {
  classifyAddress,
  isSameAddress,
  OWN_NETWORK_POLICY,
  refusalOf,
  type AddressClass,
  type AddressPolicy,
  type Errand,
} from '../../src/net/address-guard.ts';
import { fc, test } from '../support/property.ts';

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

/** Every way in which the host of a URL may spell an IPv4 address. */
const SPELLINGS: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  plain: (bytes) => bytes.join('.'),
  'with a dot at its end': (bytes) => `${bytes.join('.')}.`,
  decimal: (bytes) => String(whole(bytes)),
  hexadecimal: (bytes) => `0x${whole(bytes).toString(16)}`,
  octal: (bytes) => `0${whole(bytes).toString(8)}`,
  'octal parts': (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
  'hexadecimal parts': (bytes) => bytes.map((byte) => `0X${byte.toString(16)}`).join('.'),
  'two parts': ([first = 0, ...rest]) => `${first}.${whole(rest)}`,
  'three parts': ([first = 0, second = 0, ...rest]) => `${first}.${second}.${whole(rest)}`,
  'full-width digits': (bytes) =>
    bytes.join('.').replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  'ideographic dots': (bytes) => bytes.join('\u3002'),
  'percent-encoded': (bytes) => bytes.join('.').replaceAll(/\d/g, (digit) => `%3${digit}`),
  mapped: (bytes) => `[::ffff:${bytes.join('.')}]`,
  'mapped, in upper case': (bytes) => `[::FFFF:${hex(bytes).toUpperCase()}]`,
};

const whole = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/** The host of a URL as it is dialled. */
const hostIn = (host: string): string =>
  new URL(`http://${host}/`).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

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

  describe('with lists', () => {
    const refused = (address: string, parts: Parameters<typeof aPolicy>[0], errand: Partial<Errand> = {}): boolean =>
      refusalOf(address, aPolicy(parts), { ...DIRECT, ...errand }) !== null;

    it('refuses what is denied, whatever else is said', () => {
      const deny = ['10.9.0.0/16', '93.184.216.34', '2001:db8::/32'];
      expect(refused('10.9.1.1', { deny, allow: ['10.9.1.1'] })).toBe(true);
      expect(refused('93.184.216.34', { deny })).toBe(true);
      expect(refused('::ffff:10.9.1.1', { deny })).toBe(true);
      expect(refused('64:ff9b::a09:101', { deny })).toBe(true);
      expect(refused('2001:db8:1::1', { deny, allow: ['2001:db8:1::1'] })).toBe(true);
      expect(refused('10.8.0.1', { deny })).toBe(false);
    });

    it('denies one port of an address alone', () => {
      const deny = ['127.0.0.1:6379', '[::1]:6379'];
      expect(refused('127.0.0.1', { deny }, { port: 6379 })).toBe(true);
      expect(refused('::ffff:127.0.0.1', { deny }, { port: 6379 })).toBe(true);
      expect(refused('::1', { deny }, { port: 6379 })).toBe(true);
      expect(refused('127.0.0.1', { deny }, { port: 80 })).toBe(false);
      expect(refused('127.0.0.1', { deny }, { port: null })).toBe(false);
    });

    it('lets through the private addresses that are allowed, and no others', () => {
      const parts = { allowPrivate: false, allow: ['192.168.1.0/24', 'fd00:1::/32'] };
      expect(refused('192.168.1.77', parts)).toBe(false);
      expect(refused('::ffff:192.168.1.77', parts)).toBe(false);
      expect(refused('fd00:1::7', parts)).toBe(false);
      expect(refused('192.168.2.1', parts)).toBe(true);
      expect(refused('fd00:2::7', parts)).toBe(true);
      expect(refused('93.184.216.34', parts)).toBe(false);
    });

    it('lets a public site lead to private addresses that are allowed, and to no others', () => {
      const parts = { allow: ['192.168.1.0/24'] };
      expect(refused('192.168.1.77', parts, { from: 'public' })).toBe(false);
      expect(refused('192.168.2.1', parts, { from: 'public' })).toBe(true);
    });

    it.each(['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fe80::1', 'fd00:ec2::254', '0.0.0.0', '::'])(
      'lets %s through only when it is listed by itself',
      (address) => {
        expect(refused(address, { allow: ['0.0.0.0/0', '::/0', '169.254.0.0/16', 'fe80::/10', 'fd00::/8'] })).toBe(
          true,
        );
        expect(refused(address, { allow: [address] })).toBe(false);
        expect(refused(address, { allow: [address], allowPrivate: false })).toBe(false);
        expect(refused(address, { allow: [address], deny: [address] })).toBe(true);
      },
    );

    it('lets an allowed address through in every form that leads there, and the others of that form not', () => {
      const parts = { allowPrivate: false, allow: ['10.1.2.3'] };
      for (const encode of ['mapped', 'NAT64', '6to4', 'translated'].map((name) => ENCODINGS[name])) {
        expect(refused(encode?.([10, 1, 2, 3]) ?? '', parts)).toBe(false);
        expect(refused(encode?.([10, 1, 2, 4]) ?? '', parts)).toBe(true);
      }
    });
  });

  describe('for any address', () => {
    /** Ranges of which nothing may be dialled where private addresses may not: the first bytes, and how many are free. */
    const blocked = fc
      .tuple(
        fc.constantFrom(
          [0],
          [10],
          [127],
          [100, 64],
          [100, 127],
          [169, 254],
          [172, 16],
          [172, 31],
          [192, 0, 0],
          [192, 0, 2],
          [192, 168],
          [198, 18],
          [198, 19],
          [198, 51, 100],
          [203, 0, 113],
          [224],
          [239],
          [240],
          [255],
        ),
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
      )
      .map(([first, rest]) => [...first, ...rest].slice(0, 4));
    const common = fc
      .tuple(fc.constantFrom(1, 8, 9, 23, 45, 93, 104, 151, 185, 212, 223), fc.nat(255), fc.nat(255), fc.nat(255))
      .map((bytes): number[] => bytes)
      .filter(([first]) => first !== 192);
    const form = fc.constantFrom(...Object.values(ENCODINGS));
    const PUBLIC_ONLY = aPolicy({ allowPrivate: false });

    test([blocked, form], 'refuses every form of a blocked one', (bytes, encode) => {
      expect(refusalOf(encode(bytes), PUBLIC_ONLY, DIRECT)).not.toBeNull();
    });

    // Nothing public is reached through Teredo any more: its whole range counts as private.
    const living = fc.constantFrom(...Object.keys(ENCODINGS).filter((name) => !name.startsWith('Teredo')));

    test([common, living], 'refuses no form of a public one', (bytes, name) => {
      expect(refusalOf(ENCODINGS[name]?.(bytes) ?? '', PUBLIC_ONLY, DIRECT)).toBeNull();
    });

    const spelling = fc.constantFrom(...Object.values(SPELLINGS));

    test([blocked, spelling], 'refuses every spelling of a blocked one in a URL', (bytes, spell) => {
      expect(refusalOf(hostIn(spell(bytes)), PUBLIC_ONLY, DIRECT)).not.toBeNull();
    });

    test([common, spelling], 'refuses no spelling of a public one in a URL', (bytes, spell) => {
      expect(refusalOf(hostIn(spell(bytes)), PUBLIC_ONLY, DIRECT)).toBeNull();
    });

    test(
      [blocked, form, fc.constantFrom('%eth0', '%1', '%25')],
      'sees through zones and upper case',
      (bytes, encode, zone) => {
        expect(refusalOf(encode(bytes).toUpperCase() + zone, PUBLIC_ONLY, DIRECT)).not.toBeNull();
      },
    );

    test([fc.string(), fc.boolean()], 'refuses what is no address', (text, allowPrivate) => {
      fc.pre(isIP(text) === 0 && !/^[\d.x]+$/i.test(text));
      expect(refusalOf(text, aPolicy({ allowPrivate }), DIRECT)).not.toBeNull();
    });

    test([fc.ipV4(), fc.nat(32)], 'refuses all of a range that is denied, in every form', (address, bits) => {
      const bytes = address.split('.').map(Number);
      const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
      const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      const first = [24, 16, 8, 0].map((shift) => (((value & mask) >>> 0) >>> shift) & 255).join('.');
      for (const encode of Object.values(ENCODINGS)) {
        expect(refusalOf(encode(bytes), aPolicy({ deny: [`${first}/${bits}`] }), DIRECT)).not.toBeNull();
      }
    });
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['2001:DB8::1', '2001:db8:0::1', true],
    ['fe80::1%eth0', 'fe80::1', true],
    ['::ffff:127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['127.0.0.1', '::1', false],
    ['', '127.0.0.1', false],
  ])('takes %s and %s for the same: %s', (one, other, same) => {
    expect(isSameAddress(one, other)).toBe(same);
  });
});
