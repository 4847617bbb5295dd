import { join } from 'node:path';
import { pino } from 'pino';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/listen.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
import { openReader } from '../../src/query/reader.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aFolder, run, runJson } from '../support/longwatch.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function evidence(met: boolean, now: number): Evidence {
  const expectation = { reason: 'status_unexpected', severity: 'down' } as const;
  return {
    attempts: [
      { address: '[2001:db8::1]:443', reason: 'conn_refused', ms: 1 },
      { address: '192.0.2.1:443', reason: null, ms: 2 },
    ],
    certificates: [
      { subject: 'shop.example', issuer: 'R3', names: '', validFrom: 0, validTo: now + 8.5 * DAY, fingerprint: 'AB' },
      { subject: 'R3', issuer: 'Root \u001b[31m', names: '', validFrom: 0, validTo: now - 5 * DAY, fingerprint: 'CD' },
    ],
    findings: [
      { what: 'status', ok: met, expected: '2xx', got: met ? '200' : '503', ...expectation },
      { what: 'response_time', ok: false, expected: 'less than 1s', got: '2s', ...expectation, severity: 'degraded' },
    ],
    facts: { 'http version': '1.1' },
  };
}

/** Ten minutes of four monitors: one good, one that fails now, one never checked, one that is gone. */
async function aHistory(path: string): Promise<void> {
  const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
  const now = Date.now();
  const writer = new Writer(opened.database, now);
  const monitors = [
    aMonitor({ id: 'website', name: 'Website \u001b[31m', group: 'Shop', tags: { team: 'web', eu: '' } }),
    aMonitor({ id: 'api', name: 'API' }),
    aMonitor({ id: 'spare', name: 'Spare', enabled: false }),
  ];
  writer.sync([...monitors, aMonitor({ id: 'gone', name: 'Gone' })], [], now);
  const down = {
    status: 'down',
    reason: 'status_unexpected',
    message: 'got 503, expected 2xx',
    statusCode: 503,
  } as const;
  for (let minute = 9; minute >= 0; minute -= 1) {
    const slot = now - minute * MINUTE - 1000;
    const good = { slot, traceId: 'ab'.repeat(16), evidence: minute === 5 ? evidence(true, now) : null };
    const bad = { slot, ...down, evidence: minute === 1 ? evidence(false, now) : null };
    const results = [
      aResult(good),
      aResult({ ...(minute < 2 ? bad : good), monitor: 'api' }),
      aResult({ ...good, monitor: 'gone' }),
    ];
    writer.flush({ batches: [results], now });
  }
  writer.sync(monitors, [], now);
  opened.close();
}

let db: string;
beforeAll(async () => {
  const folder = aFolder();
  db = join(folder.path, 'longwatch.db');
  await aHistory(db);
  return () => folder.remove();
});

describe('longwatch show', () => {
  it('tells how a failing monitor stands, why, and what its checks saw, and ends with 1', async () => {
    const { stdout, status } = await run(['show', 'api', '--db', db]);
    expect(status).toBe(1);
    const [head, good] = stdout.split('\n\nlast success ');
    expect(head?.split('\n')).toEqual([
      'API',
      '  id          api',
      '  target      http http://127.0.0.1:9/, every 1m',
      expect.stringMatching(
        /^ {2}status {6}✖ down for 1m \d+s, since [\d-]+ [\d:]+ UTC: status_unexpected: got 503, expected 2xx$/,
      ),
      '  incident    1, open; "longwatch incident 1" says more',
      expect.stringMatching(/^ {2}last check {2}\ds ago from local: 503, 12 ms \(dns 1\.0 ms, wait 10 ms\)$/),
      '',
      expect.stringMatching(
        /^last failure .* UTC, 1m \d+s ago from local: ✖ down status_unexpected: got 503, expected 2xx$/,
      ),
      '  took 12 ms (dns 1.0 ms, wait 10 ms)',
      '  expectations:',
      '    ✖ status         expected 2xx, got 503',
      '    ⚠ response_time  expected less than 1s, got 2s',
      '  addresses tried:',
      '    ✖ [2001:db8::1]:443  conn_refused after 1.0 ms',
      '    ✔ 192.0.2.1:443      connected after 2.0 ms',
      '  certificates:',
      expect.stringMatching(/^ {4}shop\.example {2}from R3 {10}until \d{4}-\d\d-\d\d, 8 days left$/),
      expect.stringMatching(/^ {4}R3 {12}from Root �\[31m {2}until \d{4}-\d\d-\d\d, expired 5 days ago$/),
      '  facts:',
      '    http version  1.1',
    ]);
    expect(good).toMatch(/^\S+ \S+ UTC, 5m \d+s ago from local: ✔ up\n/);
  });

  it('tells how a good monitor stands, and ends with 0', async () => {
    const { stdout, status } = await run(['show', 'website', '--db', db]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Website �\[31m\n/);
    expect(stdout).toMatch(/^ {2}group {7}Shop\n {2}tags {8}team=web, eu\n {2}status {6}✔ up for 9m /m);
    expect(stdout).toMatch(/^ {2}last check .*, trace [0-9a-f]{32}$/m);
    expect(stdout).not.toContain('last failure');
    expect(stdout).not.toContain('\u001b');
  });

  it('knows monitors that were never checked, and those that are gone', async () => {
    const spare = await run(['show', 'spare', '--db', db]);
    expect(spare.stdout).toContain('  status      ⏸ paused\n  last check  never checked\n');
    const gone = await run(['show', 'gone', '--db', db]);
    expect(gone.stdout).toMatch(/status .*, no longer configured since [\d-]+ [\d:]+ UTC$/m);
  });

  it('says which monitor was probably meant', async () => {
    const { stderr, status } = await run(['show', 'websit', '--db', db]);
    expect(stderr).toBe('error[monitor_not_found]: there is no monitor "websit"\n  Did you mean "website"?\n');
    expect(status).toBe(2);
  });

  it('prints as JSON the same from the file and from a server', async () => {
    const reader = await openReader(db);
    // Only history is asked for here.
    const deps = { reader, clock: systemClock, logger: pino({ level: 'silent' }), readiness: {} };
    const app = await buildApi(deps as never);
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    onTestFinished(async () => {
      await server.close();
      await reader.close();
    });
    const shown = await runJson(['show', 'api', '--db', db]);
    expect(await runJson(['show', 'api', '--server', server.url])).toEqual(shown);
    expect(shown).toMatchObject({
      monitor: { id: 'api', status: 'down', removed_at: null },
      last: { status_code: 503, trace_id: null },
      evidence: [
        { status: 'down', findings: [{ ok: false, got: '503' }, {}], certificates: [{ days_left: 8 }, {}] },
        { status: 'up', trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
      ],
    });
    const unknown = await run(['show', 'websit', '--server', server.url]);
    expect(unknown.stderr).toContain('Did you mean "website"?');
  });
});

describe('longwatch results --verbose', () => {
  it('shows the traces', async () => {
    const { stdout } = await run(['results', 'website', '--verbose', '--limit', '1', '--db', db]);
    expect(stdout).toMatch(/^DUE \(UTC\) .* TRACE +WHY\n.* [0-9a-f]{32}\n/);
  });
});
