import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { closest } from '../../../src/core/closest.ts';
import { ID_PATTERN, slug } from '../../../src/core/monitor/fields.ts';
import { MONITOR_TYPES, kindOf } from '../../../src/core/monitor/kinds.ts';
import { PLAIN_HTTP, plainHttp } from '../../../src/core/monitor/plain-http.ts';
import { type monitorSchema, monitorToInput, parseMonitor } from '../../../src/core/monitor/parse.ts';
import type { HttpMonitor } from '../../../src/core/monitor/http.ts';
import type { Monitor } from '../../../src/core/monitor/monitor.ts';
import { readTargetUrl } from '../../../src/core/monitor/target-url.ts';
import { ANY_MONITOR } from '../../support/any-monitor.ts';
import { fc, test } from '../../support/property.ts';

function parsedHttp(input: unknown): HttpMonitor {
  const monitor = parsed(input);
  if (monitor.type !== 'http') throw new Error(monitor.type);
  return monitor;
}

function parsed(input: unknown): Monitor {
  const checked = parseMonitor(input);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

function problemsOf(input: unknown): string[] {
  const checked = parseMonitor(input);
  if (!('problems' in checked)) return [];
  return checked.problems.map(({ message, suggestion }) =>
    suggestion === null ? message : `${message} → ${suggestion}`,
  );
}

describe('plainHttp', () => {
  it('is what PLAIN_HTTP says, key by key', () => {
    const particular = { id: 'a', name: 'A', url: 'https://a.example', interval: 1, timeout: 2, traceparent: false };
    expect(plainHttp(particular)).toEqual({ ...PLAIN_HTTP, ...particular });
  });
});

describe('monitorSchema', () => {
  it('gives a Monitor', () => {
    expectTypeOf<z.output<typeof monitorSchema>>().toEqualTypeOf<Monitor>();
  });

  it('gives for a bare url what the command line takes without it', () => {
    expect(parsed({ url: 'https://a.example', id: 'a', name: 'A' })).toEqual({
      ...PLAIN_HTTP,
      id: 'a',
      name: 'A',
      url: 'https://a.example',
    });
  });

  it('fills in everything but the url', () => {
    expect(parsed({ url: 'https://example.com/health?x=1' })).toEqual({
      ...PLAIN_HTTP,
      id: 'example-com-health',
      name: 'example.com/health',
      url: 'https://example.com/health?x=1',
    });
  });

  it('calls a monitor without a name by its id', () => {
    expect(parsed({ url: 'https://example.com/health', id: 'edge' }).name).toBe('edge');
  });

  it.each([
    ['60s', 10_000],
    ['10s', 10_000],
    ['4s', 4000],
  ])('takes a timeout that fits an interval of %s', (interval, timeout) => {
    expect(parsed({ url: 'https://example.com', interval }).timeout).toBe(timeout);
  });

  it.each([
    [{ name: 'Checkout API', group: 'Shop' }, 'shop-checkout-api'],
    [{ name: 'Übersicht: Köln' }, 'ubersicht-koln'],
    [{ name: '监控' }, 'example-com'],
    [{ name: 'x'.repeat(100) }, 'x'.repeat(64)],
    [{ name: '_a_' }, 'a'],
    [{ name: 'A', id: 'b' }, 'b'],
  ])('makes an id for %j', (keys, id) => {
    expect(parsed({ url: 'https://example.com', ...keys }).id).toBe(id);
  });

  it.each([
    [200, [[200, 200]]],
    ['200', [[200, 200]]],
    ['2xx', [[200, 299]]],
    ['4XX', [[400, 499]]],
    ['200-204', [[200, 204]]],
    [
      [200, '3xx', 999],
      [
        [200, 200],
        [300, 399],
        [999, 999],
      ],
    ],
  ])('reads expect.status %j', (status, ranges) => {
    expect(parsedHttp({ url: 'https://example.com', expect: { status } }).expect.status).toEqual(ranges);
  });

  it('finds problems of several keys, and between keys, at once', () => {
    const input = {
      url: 'ftp://x',
      interval: '5s',
      timeout: '10s',
      method: 'get',
      intervall: 1,
      follow_redirects: null,
    };
    expect(problemsOf(input)).toEqual([
      'url must begin with https:// or http://; ftp: addresses cannot be checked',
      'method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS → GET',
      'follow_redirects has no value',
      'unknown key "intervall" → interval',
      'timeout (10s) must not be longer than the interval (5s)',
    ]);
  });

  it.each([null, 'https://example.com', 3, [], undefined])('refuses %j as a whole', (input) => {
    expect(problemsOf(input)).toHaveLength(1);
  });

  it('reports a type that does not exist alone, since other keys may belong to it', () => {
    expect(problemsOf({ type: 'htpp', host: 'x' })).toEqual([
      'type must be one of http, tcp, tls, dns, ping, websocket, push (it may be left out when the url says it) → http',
    ]);
  });

  it('cannot be polluted', () => {
    const input: unknown = JSON.parse('{"url":"https://a.example","__proto__":{"x":1},"tags":{"constructor":"y"}}');
    parseMonitor(input);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])('has no surprise for the word %s', (word) => {
    expect(problemsOf({ url: 'https://a.example', enabled: word })).toEqual(['enabled must be true or false']);
    expect(problemsOf({ url: 'https://a.example', type: word })).toHaveLength(1);
    expect(parsedHttp({ url: 'https://a.example', headers: { [word]: 'x' } }).headers).toEqual({ [word]: 'x' });
  });
});

describe('monitorToInput', () => {
  describe.each(MONITOR_TYPES)('of the type %s', (type) => {
    const monitor: fc.Arbitrary<Monitor> = ANY_MONITOR[type];

    test([monitor], 'writes what is read as the same monitor', (each) => {
      expect(parsed(monitorToInput(each))).toEqual(each);
      expect(parsed(JSON.parse(JSON.stringify(monitorToInput(each))))).toEqual(each);
    });

    it('leaves out whatever the smallest one leaves out', () => {
      const { smallest } = kindOf(type);
      const written = monitorToInput(parsed(smallest));
      const named = new Set([...Object.keys(smallest), 'id', 'name', 'type']);
      expect(Object.keys(written).filter((key) => !named.has(key))).toEqual([]);
    });
  });

  it('leaves out what is filled in again', () => {
    const written = { id: 'website', name: 'Website', type: 'http', url: 'http://127.0.0.1:9/' };
    expect(monitorToInput(parsed(written))).toEqual(written);
  });
});

describe('ids', () => {
  test([fc.string({ unit: 'binary' })], 'are made from any text, or not at all', (any) => {
    const made = slug(any);
    expect(made === '' || ID_PATTERN.test(made)).toBe(true);
  });

  test([fc.string({ unit: 'binary' })], 'are kept when they are made twice', (any) => {
    expect(slug(slug(any))).toBe(slug(any));
  });

  test([fc.string()], 'are taken as written or refused', (each) => {
    const checked = parseMonitor({ url: 'https://example.com', id: each });
    expect('value' in checked ? checked.value.id : undefined).toBe(ID_PATTERN.test(each) ? each : undefined);
  });
});

describe('readTargetUrl', () => {
  test([fc.webUrl()], 'is at peace with its own answer', (url) => {
    const read = readTargetUrl(url);
    expect('url' in read ? readTargetUrl(read.url) : read).toEqual(read);
  });

  test(
    [fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl())],
    'never throws, and gives an http address or a fault',
    (any) => {
      const read = readTargetUrl(any);
      expect('url' in read ? new URL(read.url).protocol : `refused: ${read.fault}`).toMatch(/^https?:$|^refused: ./);
    },
  );

  it('shows a look-alike by its punycode', () => {
    expect(readTargetUrl('https://аpple.example/')).toMatchObject({ url: 'https://xn--pple-43d.example/' });
    expect(readTargetUrl('http://１２７.0.0.1/')).toMatchObject({ url: 'http://127.0.0.1/' });
  });

  it('reads an address the same whether or not it takes the short way, which is for those without blanks around', () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9_-]{0,4}$/);
    const host = fc.oneof(
      fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
      fc.constantFrom('[::1]', '0x7f.1', '1.2.3', '999.1.1.1', 'xn--a', 'a'.repeat(64), 'u:p@a.example', 'пример.рф'),
    );
    const port = fc.oneof(
      fc.constant(''),
      fc.integer({ min: 0, max: 70_000 }).map((number) => `:${number}`),
    );
    const rest = fc.oneof(fc.constantFrom('', '/', '?', '/#', '/a b'), fc.webPath());
    const scheme = fc.constantFrom('http://', 'https://', 'HTTP://', 'ftp://', 'http:/', '');
    const address = fc.tuple(scheme, host, port, rest).map((parts) => parts.join(''));
    const law = fc.property(address, (text) => {
      expect(readTargetUrl(text)).toEqual(readTargetUrl(` ${text}`));
    });
    fc.assert(law, { numRuns: 3000 });
  });
});

describe('closest', () => {
  it.each([
    ['intervall', 'interval'],
    ['Timeout', 'timeout'],
    ['tiemout', 'timeout'],
    ['uri', 'url'],
    ['retries', undefined],
    ['', undefined],
  ])('takes %j for %j', (word, meant) => {
    expect(closest(word, ['interval', 'timeout', 'url', 'expect'])).toBe(meant);
  });
});
