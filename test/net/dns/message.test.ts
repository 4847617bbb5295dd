import { decode, encode, type Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { answersTo, encodeQuery, isAskable, readReply, type DnsQuestion } from '../../../src/net/dns/message.ts';
import { canonicalText, reverseName } from '../../../src/net/dns/record-text.ts';
import { fc, test } from '../../support/property.ts';

const QUESTION: DnsQuestion = { name: 'site.test', type: 'A', recursion: true };
const ID = 4711;

/** An answer to the question, changed in some ways. */
function reply(changes: Partial<Packet> = {}): Buffer {
  return encode({ type: 'response', id: ID, flags: 0, questions: [{ name: 'site.test', type: 'A' }], ...changes });
}

describe('a query', () => {
  it('carries id, question, the wish for recursion, and room for long answers', () => {
    const packet = decode(encodeQuery(QUESTION, ID));
    expect(packet).toMatchObject({
      type: 'query',
      id: ID,
      flag_rd: true,
      questions: [{ name: 'site.test', type: 'A' }],
    });
    expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
    expect(decode(encodeQuery({ ...QUESTION, recursion: false }, ID)).flag_rd).toBe(false);
  });

  it.each([
    ['.', true],
    ['example.com', true],
    ['example.com.', true],
    [`${'a'.repeat(63)}.test`, true],
    [`${'a'.repeat(64)}.test`, false],
    [`${'a.'.repeat(127)}test`, false],
    ['a..b', false],
    ['.test', false],
    ['', false],
  ])('can be made for %j: %s', (name, askable) => {
    expect(isAskable(name)).toBe(askable);
  });
});

describe('a reply', () => {
  it.each<readonly [string, Partial<Packet>]>([
    ['another id', { id: ID + 1 }],
    ['another name', { questions: [{ name: 'other.test', type: 'A' }] }],
    ['another type', { questions: [{ name: 'site.test', type: 'AAAA' }] }],
    ['two questions', { questions: [...Array(2)].map(() => ({ name: 'site.test', type: 'A' as const })) }],
    ['no question', { questions: [] }],
    ['a question back', { type: 'query' }],
  ])('with %s is none', (_title, changes) => {
    expect(readReply(reply(changes), QUESTION, ID)).toBe('stray');
  });

  it('may leave out the question when it says that it could not be read', () => {
    expect(readReply(reply({ questions: [], flags: 1 }), QUESTION, ID)).toMatchObject({ rcode: 'FORMERR' });
  });

  it('is read whatever the case of its names and whatever stands behind its answers', () => {
    const bytes = reply({
      questions: [{ name: 'SITE.test', type: 'A' }],
      answers: [{ name: 'Site.Test', type: 'A', ttl: 60, data: '192.0.2.1' }],
      additionals: [{ name: 'x.test', type: 'TXT', ttl: 1, data: 'x' }],
    });
    // The additional record now promises more text than there is.
    bytes.writeUInt8(200, bytes.length - 2);
    const read = readReply(bytes, QUESTION, ID);
    expect(read).toMatchObject({ records: [{ name: 'site.test', type: 'A', ttl: 60, text: '192.0.2.1' }] });
  });

  it('counts only records of the name that was asked for, or to which it leads', () => {
    const records = [
      { name: 'other.test', type: 'A' as const, ttl: 1, text: '192.0.2.66' },
      { name: 'site.test', type: 'CNAME' as const, ttl: 1, text: 'cdn.test' },
      { name: 'cdn.test', type: 'A' as const, ttl: 1, text: '192.0.2.1' },
    ];
    const answers = answersTo(QUESTION, { rcode: 'NOERROR', authoritative: false, truncated: false, records });
    expect(answers.map(({ text }) => text)).toEqual(['192.0.2.1']);
  });

  test([fc.uint8Array({ maxLength: 600 })], 'never throws, whatever comes', (bytes) => {
    expect(readReply(Buffer.from(bytes), QUESTION, ID)).toBe('stray');
  });

  test(
    [fc.uint8Array({ maxLength: 200 }), fc.nat(20)],
    'never throws when its answers are anything',
    (bytes, count) => {
      const message = Buffer.concat([reply(), Buffer.from(bytes)]);
      message.writeUInt16BE(count, 6);
      const read = readReply(message, QUESTION, ID);
      if (typeof read === 'object') answersTo(QUESTION, read);
      expect(read).not.toBe('stray');
    },
  );
});

describe('the text of a record', () => {
  test([fc.ipV4()], 'of an IPv4 address is turned round for its name', (address) => {
    expect(reverseName(address)).toBe(`${address.split('.').toReversed().join('.')}.in-addr.arpa`);
  });

  test([fc.ipV6()], 'of an IPv6 address has 32 digits in its name, and one form', (address) => {
    expect(reverseName(address)).toMatch(/^(?:[0-9a-f]\.){32}ip6\.arpa$/);
    const once = canonicalText('AAAA', address.toUpperCase());
    expect(canonicalText('AAAA', once)).toBe(once);
    expect(reverseName(once)).toBe(reverseName(address));
  });

  it('is compared as it is written for TXT and CAA, and without regard to case and dots for names', () => {
    expect(canonicalText('TXT', ' As Written. ')).toBe(' As Written. ');
    expect(canonicalText('MX', '10 Mail.Example.COM.')).toBe('10 mail.example.com');
    expect(canonicalText('MX', '0 .')).toBe('0 .');
  });
});
