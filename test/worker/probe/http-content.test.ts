import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { PLAIN_HTTP } from '../../../src/core/monitor/plain-http.ts';
import { openProbes } from '../../../src/worker/probe/index.ts';
import { decode, encodingsOf } from '../../../src/worker/probe/http/decode.ts';
import { ContentJudge } from '../../../src/worker/probe/http/content-judge.ts';
import { check, unmet } from '../../support/http-probing.ts';
import { aMonitor } from '../../support/monitors.ts';
import { TEST_NETWORK } from '../../support/probing.ts';
import { fc } from '../../support/property.ts';
import type { BehaviourName } from '../../targets/behaviours.ts';
import { BOMB_BYTES } from '../../targets/body-behaviours.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { startTarget } from '../../targets/start-target.ts';
import { startWebServer } from '../../targets/web-server.ts';

const { keep } = closeAfterEach();
const MIB = 1_048_576;
const ZEROS = Buffer.alloc(MIB);

describe('an encoded body', () => {
  it.each([
    'encoded-gzip',
    'encoded-x-gzip',
    'encoded-gzip-upper-case',
    'encoded-gzip-members',
    'encoded-gzip-gzip',
    'encoded-gzip-twice-named',
    'encoded-gzip-in-chunks',
    'encoded-br',
    'encoded-br-gzip',
    'encoded-deflate',
    'encoded-deflate-raw',
    'encoded-identity',
    'gzip-trailing-junk',
  ] as const)('%s is judged as what it says', async (behaviour) => {
    const { url } = await keep(startTarget(behaviour));
    const expected = { matches: '^Longwatch keeps .* through the decoder\\.\\n$' };
    expect(await check({ url, expect: { body: expected } })).toMatchObject({ status: 'up' });
  });

  it.each([
    ['gzip-wrong', 'got a body that is something else, expected gzip'],
    ['gzip-bad-checksum', 'got a body that is something else, expected gzip'],
    ['gzip-truncated', 'got a body that ends too early, expected gzip'],
    ['br-wrong', 'got a body that is something else, expected br'],
    ['encoded-three-times', 'got 3 encodings on top of each other, expected gzip, gzip'],
    ['encoded-unknown', 'got an encoding that nobody knows, expected rot13'],
  ] as const)('%s: %s', async (behaviour, words) => {
    const { url } = await keep(startTarget(behaviour));
    const outcome = await check({ url, expect: { body: 'anything' } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'decode_error', message: `body: ${words}` });
  });

  it.each(['gzip-bomb', 'gzip-bomb-in-gzip', 'br-bomb'] as const)(
    '%s is cut where a plain one is',
    async (behaviour) => {
      const { url } = await keep(startTarget(behaviour));
      const outcome = await check({
        url,
        timeout: '10s',
        expect: { body: { matches: '^\\x00+$' }, json: [{ path: '$', exists: true }] },
      });
      expect(unmet(outcome)).toEqual(['json: got a body that is longer than max_body, expected a JSON body']);
    },
  );

  it.each([
    ['gzip', () => createGzip()],
    ['br', () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const)('%s that grows to 200 MB costs little memory', { timeout: 30_000 }, async (encoding, encoder) => {
    const chunks: Buffer[] = [];
    const zeros = Array.from({ length: BOMB_BYTES / MIB }, () => ZEROS);
    for await (const chunk of Readable.from(zeros).pipe(encoder())) chunks.push(chunk as Buffer);
    let most = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 1);
    const decoded = await decode({ chunks, cut: false }, [encoding], MIB);
    clearInterval(watch);
    expect('bytes' in decoded && decoded.bytes.length).toBe(MIB);
    expect(decoded).toMatchObject({ cut: true });
    expect(most).toBeLessThan(32 * MIB);
  });

  it('that was cut on its way is decoded as far as it goes', async () => {
    const text = Buffer.from(Array.from({ length: 2000 }, (_, n) => `line ${n * n}\n`).join(''));
    for (const [encoding, encoded] of [
      ['gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['deflate', deflateRawSync(text)],
    ] as const) {
      const decoded = await decode({ chunks: [encoded.subarray(0, 3000)], cut: true }, [encoding], MIB);
      const bytes = 'bytes' in decoded ? decoded.bytes : Buffer.alloc(0);
      expect(bytes.length).toBeGreaterThan(1000);
      expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
      expect(decoded).toMatchObject({ cut: true });
    }
  });

  it('of any content in any pieces comes back', async () => {
    const encode = { gzip: gzipSync, deflate: deflateSync } as const;
    const arbitrary = fc.tuple(
      fc.uint8Array({ minLength: 1, maxLength: 500 }),
      fc.constantFrom('gzip', 'deflate'),
      fc.nat(9),
      fc.nat(2000),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([bytes, encoding, size, most]) => {
        const encoded = encode[encoding](bytes);
        const step = size + 1;
        const chunks = Array.from({ length: Math.ceil(encoded.length / step) }, (_, n) =>
          encoded.subarray(n * step, (n + 1) * step),
        );
        const decoded = await decode({ chunks, cut: false }, [encoding], most);
        expect(decoded).toMatchObject({ cut: bytes.length > most });
        expect('bytes' in decoded && decoded.bytes.equals(Buffer.from(bytes).subarray(0, most))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [undefined, []],
    ['', []],
    ['identity', []],
    ['GZip', ['gzip']],
    ['br, gzip', ['br', 'gzip']],
    [
      ['br', ' identity , gzip'],
      ['br', 'gzip'],
    ],
  ])('%j names %j', (header, names) => expect(encodingsOf(header)).toEqual(names));
});

describe('the charset of a body', () => {
  it.each([
    ['body-latin1', 'café', null],
    ['body-utf16', 'café', null],
    ['body-unknown-charset', 'café', null],
    ['body-not-utf8', 'caf\u{fffd}', null],
    ['body-utf8-bom', { matches: '^\\{' }, null],
    ['body-html', { contains: '<script>' }, null],
    ['body-empty', { exists: false, equals: '' }, null],
    ['body-empty', { exists: true }, 'body_unexpected'],
    ['body-empty', { not_contains: 'error' }, null],
  ] as const)('%s matches %j: %s', async (behaviour: BehaviourName, body, reason) => {
    const { url } = await keep(startTarget(behaviour));
    expect(await check({ url, expect: { body } })).toMatchObject({ reason });
  });

  it('does not let a body change what a message looks like', async () => {
    const { url } = await keep(startTarget('body-html'));
    const { message } = await check({ url, expect: { body: 'fine' } });
    expect(message).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

describe('a JSON body', () => {
  it.each([
    ['json-ok', [{ path: '$.status', equals: 'ok' }], null],
    ['json-ok', [{ path: '$..up', equals: true }], 'json_unexpected'],
    ['json-ok', [{ path: '$.nodes[?@.up == false]', length: 1 }], null],
    [
      'json-ok',
      [
        { path: '$.status', equals: 'ok' },
        { path: '$.queue.length', lte: 2 },
      ],
      'json_unexpected',
    ],
    ['json-deep', [{ path: '$', length: 1 }], null],
    ['json-deep', [{ path: '$..a', exists: false }], 'json_unexpected'],
    ['json-deep-object', [{ path: '$.a', exists: true, not_equals: {} }], null],
    ['json-duplicate-keys', [{ path: '$.status', equals: 'broken' }], null],
    ['json-huge-number', [{ path: '$.status', gt: 1e300 }], null],
    ['json-proto', [{ path: '$.status', exists: false }], null],
    ['json-proto', [{ path: '$.__proto__.status', equals: 'ok' }], null],
    ['json-proto', [{ path: '$.toString', exists: false }], null],
    ['json-truncated', [{ path: '$.status', equals: 'ok' }], 'json_invalid'],
    ['json-not', [{ path: '$', exists: true }], 'json_invalid'],
    ['body-empty', [{ path: '$.status', exists: false }], 'json_invalid'],
    ['body-utf8-bom', [{ path: '$.status', equals: 'ok' }], null],
  ] as const)('%s against %j is %s', async (behaviour: BehaviourName, json, reason) => {
    const { url } = await keep(startTarget(behaviour));
    expect(await check({ url, expect: { json } })).toMatchObject({ reason, status: reason === null ? 'up' : 'down' });
  });

  it('that was cut is none', async () => {
    const { url } = await keep(startTarget('json-ok'));
    const outcome = await check({ url, max_body: '10B', expect: { json: [{ path: '$.status', equals: 'ok' }] } });
    expect(outcome).toMatchObject({ status: 'down', reason: 'json_invalid' });
  });
});

describe('judging bodies', () => {
  const body = { matches: '(x+x+)+y' };
  const hostile = {
    text: `${'['.repeat(40)}${']'.repeat(40)}`,
    cut: false,
    body: null,
    json: [{ path: `$${'[*,*]'.repeat(40)}`, exists: true }],
  };

  it('keeps nothing else waiting while it matches a long text', async () => {
    const judge = new ContentJudge();
    const text = 'x'.repeat(4 * MIB);
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const found = await judge.judge({ text, cut: false, body, json: [] });
    clearInterval(ticking);
    expect(found).toMatchObject([{ what: 'body', ok: false }]);
    expect(turns).toBeGreaterThan(5);
  });

  it('gives up what takes too long, says it is our limit, and goes on', async () => {
    const judge = new ContentJudge({ limit: 1500 });
    const [lost, found] = await Promise.all([
      judge.judge(hostile),
      judge.judge({ text: 'x'.repeat(5000), cut: false, body: { matches: 'x$' }, json: [] }),
    ]);
    expect(lost).toMatchObject({ reason: 'local_resources' });
    expect(found).toMatchObject([{ ok: true }]);
  });

  it('in a thread comes to the same as at once', async () => {
    const judge = new ContentJudge();
    const json = [
      { path: '$.a', equals: [1, { b: null }] },
      { path: '$.c', exists: true },
    ];
    const text = '{"a":[1,{"b":null}]}';
    const atOnce = await judge.judge({ text, cut: false, body: { contains: ['b'] }, json });
    const inThread = await judge.judge({ text: text.padEnd(300_000), cut: false, body: { contains: ['b'] }, json });
    expect(Array.isArray(atOnce) && atOnce.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, false]);
    expect(Array.isArray(inThread) && inThread.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, false]);
  });

  it('in vain is unknown, unless the rest says that the target is down', { timeout: 20_000 }, async () => {
    const contents = new ContentJudge({ limit: 1500 });
    const probe = openProbes({ clock: systemClock, network: TEST_NETWORK, contents });
    const { text: body, json } = hostile;
    for (const [status, outcome] of [
      [200, { status: 'unknown', reason: 'local_resources' }],
      [503, { status: 'down', reason: 'status_unexpected' }],
    ] as const) {
      const { url } = await keep(startWebServer({ answer: () => ({ status, body }) }));
      expect(await probe(aMonitor({ url, expect: { ...PLAIN_HTTP.expect, json } }))).toMatchObject(outcome);
    }
  });
});
