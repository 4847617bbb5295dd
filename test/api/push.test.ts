import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import type { ApiInstance } from '../../src/api/instance.ts';
import type { IncomingReport, ReportFate } from '../../src/core/push-report.ts';
import { ManualClock } from '../support/manual-clock.ts';

const TOKEN = 'a-token-nobody-may-see';
const RUN = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('the addresses for reports', () => {
  const taken: IncomingReport[] = [];
  const lines: string[] = [];
  let fate: ReportFate = { fate: 'taken' };
  let app: ApiInstance;
  beforeAll(async () => {
    app = await buildApi({
      reader: {} as never,
      reports: {
        take(token, report) {
          if (token !== TOKEN) return Promise.resolve({ fate: 'unknown_token' });
          taken.push(report);
          return Promise.resolve(fate);
        },
      },
      readiness: {} as never,
      clock: new ManualClock(),
      logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    fate = { fate: 'taken' };
    taken.length = 0;
    lines.length = 0;
  });

  it.each<[method: 'GET' | 'HEAD' | 'POST', path: string, expected: Partial<IncomingReport>]>([
    ['GET', '', { kind: 'success', exitStatus: null, run: null, runMs: null, message: null, text: '' }],
    ['HEAD', '', { kind: 'success' }],
    ['POST', '', { kind: 'success' }],
    ['GET', '/start', { kind: 'start' }],
    ['POST', '/fail', { kind: 'fail', exitStatus: null }],
    ['HEAD', '/log', { kind: 'log' }],
    ['POST', '/0', { kind: 'success', exitStatus: 0 }],
    ['GET', '/255', { kind: 'fail', exitStatus: 255 }],
    ['GET', `?rid=${RUN}&msg=all%20well&run_ms=1500.5`, { run: RUN, message: 'all well', runMs: 1500.5 }],
    ['GET', '?run_ms=-5', { runMs: null }],
    ['GET', '?run_ms=soon', { runMs: null }],
    ['GET', `?msg=${'x'.repeat(5000)}`, { message: 'x'.repeat(200) }],
    ['GET', '?msg=%0A%00%1b[31mred%0Amore', { message: '[31mred' }],
    ['GET', '?other=1', { kind: 'success' }],
  ])('%s /ping/<token>%s is a report', async (method, path, expected) => {
    const answer = await app.inject({ method, url: `/ping/${TOKEN}${path}` });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/plain; charset=utf-8',
      // Node leaves it out on its way to a client that asked by HEAD.
      'OK',
    ]);
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject(expected);
  });

  it.each([
    ['text/plain', 'three files\nare missing', 'three files\nare missing', 'three files'],
    ['application/json', '{"not": json', '{"not": json', '{"not": json'],
    ['application/x-www-form-urlencoded', 'a=1&b=2', 'a=1&b=2', 'a=1&b=2'],
    ['nonsense', 'bytes \0 and \xff', 'bytes \uFFFD and ÿ', 'bytes \uFFFD and ÿ'],
    [undefined, 'no type', 'no type', 'no type'],
  ])('take a body of type %s', async (type, sent, text, message) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const answer = await app.inject({
      method: 'POST',
      url: `/ping/${TOKEN}/fail`,
      headers,
      payload: Buffer.from(sent),
    });
    expect([answer.statusCode, answer.body]).toEqual([200, 'OK']);
    expect(taken[0]).toMatchObject({ kind: 'fail', text, message });
  });

  it('keep the beginning of a long body, whole characters of it, and refuse one beyond measure', async () => {
    const send = (payload: string) => app.inject({ method: 'POST', url: `/ping/${TOKEN}/log`, payload });
    expect((await send(`x${'é'.repeat(50_000)}`)).statusCode).toBe(200);
    expect(taken[0]?.text).toBe(`x${'é'.repeat(5119)}`);
    expect((await send('y'.repeat(100_000))).statusCode).toBe(200);
    expect(taken[1]?.text).toBe('y'.repeat(10_240));
    const refused = await send('z'.repeat(300_000));
    expect([refused.statusCode, taken.length]).toEqual([413, 2]);
  });

  it.each([
    [404, `/ping/some-other-token`, 'no monitor has this token\n'],
    [404, `/ping/${TOKEN}/256`, expect.stringContaining('after the token comes')],
    [404, `/ping/${TOKEN}/stop`, expect.stringContaining('after the token comes')],
    [404, `/ping/${TOKEN}/-1`, expect.stringContaining('after the token comes')],
    [404, `/ping/${TOKEN}/start/twice`, expect.stringContaining('not_found')],
    [404, '/ping/', expect.anything()],
    [422, `/ping/${TOKEN}?rid=not-a-uuid`, expect.stringContaining('rid')],
    [400, `/ping/${TOKEN}%E0%A4%A`, expect.stringContaining('bad_request')],
  ])('answer %i to GET %s', async (status, url, body) => {
    const answer = await app.inject({ url });
    expect([answer.statusCode, answer.body]).toEqual([status, body]);
    expect(taken).toEqual([]);
  });

  it('say when there were too many, and when a report cannot be kept', async () => {
    fate = { fate: 'too_many', retryAfter: 3 };
    const tooMany = await app.inject({ url: `/ping/${TOKEN}` });
    expect([tooMany.statusCode, tooMany.headers['retry-after']]).toEqual([429, '3']);
    fate = { fate: 'not_kept' };
    expect((await app.inject({ url: `/ping/${TOKEN}` })).statusCode).toBe(503);
    expect((await app.inject({ url: `/api/push/${TOKEN}` })).statusCode).toBe(503);
  });

  it('never show a token, in logs or in answers', async () => {
    const answers = await Promise.all([
      app.inject({ url: `/ping/${TOKEN}` }),
      app.inject({ method: 'DELETE', url: `/ping/${TOKEN}/start` }),
      app.inject({ method: 'PUT', url: `/api/push/${TOKEN}?status=up` }),
      app.inject({ url: `/ping/${TOKEN}/a/b/c` }),
      app.inject({ url: `/ping/${TOKEN}%ZZ` }),
      app.inject({ url: `/ping/${TOKEN}${'x'.repeat(500)}` }),
      app.inject({ url: `/ping/${TOKEN}?rid=x` }),
      app.inject({ method: 'POST', url: `/ping/${TOKEN}`, payload: 'x'.repeat(300_000) }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 404, 404, 404, 400, 414, 422, 413]);
    expect(answers.map(({ body }) => body).join('\n') + lines.join('\n')).not.toContain(TOKEN);
  });
});

describe('the address of Uptime Kuma', () => {
  const taken: IncomingReport[] = [];
  let app: ApiInstance;
  beforeAll(async () => {
    app = await buildApi({
      reader: {} as never,
      reports: {
        take(token, report) {
          if (token !== TOKEN) return Promise.resolve({ fate: 'unknown_token' });
          taken.push(report);
          return Promise.resolve({ fate: 'taken' });
        },
      },
      readiness: {} as never,
      clock: new ManualClock(),
      logger: pino({ level: 'silent' }),
    });
  });
  afterAll(() => app.close());

  it.each<[query: string, expected: Partial<IncomingReport>]>([
    ['', { kind: 'success', message: null, runMs: null }],
    ['?status=up&msg=OK&ping=', { kind: 'success', message: 'OK', runMs: null }],
    ['?status=down&msg=disk%20full&ping=12.5', { kind: 'fail', message: 'disk full', runMs: 12.5 }],
    ['?status=up&msg=&ping=fast', { kind: 'success', message: null, runMs: null }],
    ['?status=whatever', { kind: 'success' }],
  ])('takes %s', async (query, expected) => {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url: `/api/push/${TOKEN}${query}` });
      expect([answer.statusCode, answer.json()]).toEqual([200, { ok: true }]);
      expect(taken.at(-1)).toMatchObject(expected);
    }
  });

  it('answers as Uptime Kuma does when nobody has the token', async () => {
    const answer = await app.inject({ url: '/api/push/some-other-token?status=up' });
    expect([answer.statusCode, answer.json()]).toEqual([404, { ok: false, msg: 'Monitor not found or not active.' }]);
  });

  it('is described like every other', async () => {
    const { paths } = (await app.inject({ url: '/api/v1/openapi.json' })).json();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/ping/{token}', '/ping/{token}/{report}', '/api/push/{token}']),
    );
    expect(Object.keys(paths['/ping/{token}']).toSorted()).toEqual(['get', 'head', 'post']);
    expect(paths['/ping/{token}'].post.responses['200'].content['text/plain']).toBeDefined();
    expect(paths['/ping/{token}'].get.responses['429']).toBeDefined();
  });
});
