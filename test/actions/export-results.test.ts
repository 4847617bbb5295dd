import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exportResults } from '../../src/actions/export-results.ts';
import { csvField } from '../../src/core/history/csv-result.ts';
import { readExportLine } from '../../src/core/history/export-line.ts';
import { HOUR_MS, hourOf } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { aReader } from '../support/database.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const MINUTE = 60_000;
const clock = new ManualClock();
const BEGIN = clock.now() - 4 * HOUR_MS;
const MONITORS = [aMonitor({ id: 'shop' }), aMonitor({ id: 'api', name: 'The "API", =1+1' })];

/** Four hours of two monitors, one of which fails for a while, from two locations. */
function fourHours(): CheckResult[] {
  const results: CheckResult[] = [];
  for (let slot = BEGIN; slot < clock.now(); slot += MINUTE) {
    const minute = (slot - BEGIN) / MINUTE;
    results.push(aResult({ monitor: 'shop', slot, traceId: minute % 2 === 0 ? 'a'.repeat(32) : null }));
    const fails = minute >= 100 && minute < 110;
    const outcome = fails
      ? ({ status: 'down', reason: 'status_unexpected', message: '=HYPERLINK("x"), a,b', statusCode: 503 } as const)
      : {};
    results.push(aResult({ monitor: 'api', slot, location: minute % 3 === 0 ? 'berlin' : 'local', ...outcome }));
  }
  return results;
}

const aHistory = (seam = hourOf(clock.now()) - 1): Promise<string> =>
  aFilledDatabase({ monitors: MONITORS, results: fourHours(), seam, now: clock.now() });

async function exported(request: Partial<Parameters<typeof exportResults>[0]> & { path: string }): Promise<string> {
  const output = join(dirname(request.path), 'export.out');
  await exportResults({ format: 'ndjson', output, clock, ...request });
  return readFileSync(output, 'utf8');
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const ofKind = (text: string, kind: string) => linesOf(text).filter((line) => line['kind'] === kind);

describe('an export as ndjson', () => {
  it('tells every result once, of blocks and journal alike, with monitors and spans', async () => {
    const text = await exported({ path: await aHistory() });
    const results = ofKind(text, 'result');
    expect(results).toHaveLength(480);
    expect(new Set(results.map(({ monitor, slot }) => `${String(monitor)} ${String(slot)}`)).size).toBe(480);
    expect(ofKind(text, 'monitor').map(({ id }) => id)).toEqual(['shop', 'api']);
    expect(ofKind(text, 'span').map(({ monitor, status }) => [monitor, status])).toEqual([
      ['shop', 'up'],
      ['api', 'up'],
      ['api', 'down'],
      ['api', 'up'],
    ]);
    expect(linesOf(text)[0]).toMatchObject({ kind: 'export', format: 1, since: null, monitors: null });
    expect(linesOf(text).at(-1)).toEqual({ kind: 'end', monitors: 2, spans: 4, results: 480 });
  });

  it('says of a result all that is kept of it', async () => {
    const text = await exported({ path: await aHistory() });
    const slot = new Date(BEGIN + 102 * MINUTE).toISOString();
    const found = ofKind(text, 'result').find((line) => line['slot'] === slot && line['monitor'] === 'api');
    expect(found).toEqual({
      kind: 'result',
      monitor: 'api',
      location: 'berlin',
      slot,
      interval_ms: 60_000,
      status: 'down',
      reason: 'status_unexpected',
      message: '=HYPERLINK("x"), a,b',
      status_code: 503,
      late_ms: 3,
      duration_ms: 12.34,
      phases_ms: { dns: 1, connect: null, tls: null, wait: 10, body: null },
      ip_version: null,
      attempt: 1,
      trace_id: null,
    });
  });

  it('gives the same results wherever the seam lies', async () => {
    const sorted = (text: string) =>
      ofKind(text, 'result')
        .map((line) => JSON.stringify({ ...line, trace_id: null }))
        .sort();
    const unfolded = sorted(await exported({ path: await aHistory(0) }));
    for (const back of [3, 1, 0]) {
      expect(sorted(await exported({ path: await aHistory(hourOf(clock.now()) - back) }))).toEqual(unfolded);
    }
  });

  it('writes only lines that it reads itself', async () => {
    const text = await exported({ path: await aHistory() });
    const read = text.trimEnd().split('\n').map(readExportLine);
    expect(read.filter((line) => 'fault' in line)).toEqual([]);
  });

  it('gives only what was asked for, and the span in force when that begins', async () => {
    const path = await aHistory();
    const since = BEGIN + 105 * MINUTE;
    const text = await exported({ path, since, until: since + 10 * MINUTE, ids: ['api'] });
    const slots = ofKind(text, 'result').map(({ slot }) => Date.parse(String(slot)));
    expect(slots.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: 10 }, (_, index) => since + index * MINUTE),
    );
    expect(ofKind(text, 'span').map(({ status }) => status)).toEqual(['down', 'up']);
    expect(ofKind(text, 'monitor')).toHaveLength(1);
    await expect(exported({ path, ids: ['aip'] })).rejects.toMatchObject({ code: 'monitor_not_found' });
  });

  it('is one moment of the database, whatever is written while it runs', async () => {
    const path = await aHistory();
    const writer = new (await loadSqlite())(path);
    onTestFinished(() => {
      writer.close();
    });
    let results = 0;
    const write = (text: string) => {
      results += text.split('\n').filter((line) => line.startsWith('{"kind":"result"')).length;
      writer.prepare('DELETE FROM blocks WHERE key = (SELECT max(key) FROM blocks)').run();
      writer.prepare("UPDATE meta SET value = '0' WHERE name = 'folded_until'").run();
      return null;
    };
    await exportResults({ path, format: 'ndjson', output: write, clock });
    expect(results).toBe(480);
  });

  it('leaves out a block that is damaged, and says so', async () => {
    const path = await aHistory();
    const database = new (await loadSqlite())(path);
    database.prepare("UPDATE blocks SET data = x'ff00' WHERE key = (SELECT min(key) FROM blocks)").run();
    database.close();
    const report = await exportResults({ path, format: 'csv', output: join(dirname(path), 'x.csv'), clock });
    expect(report.damagedBlocks).toBe(1);
    expect(report.results).toBe(420);
  });
});

describe('an export as csv', () => {
  it('has a head, a line a result, and no formulas', async () => {
    const text = await exported({ path: await aHistory(), format: 'csv' });
    const lines = text.split('\r\n');
    expect(lines[0]).toMatch(
      /^monitor,location,slot,interval_ms,status,reason,message,status_code,late_ms,duration_ms,/,
    );
    expect(lines).toHaveLength(482);
    expect(text).toContain(
      'api,local,2026-11-23T09:40:00.000Z,60000,down,status_unexpected,"\'=HYPERLINK(""x""), a,b",503,3',
    );
  });

  it.each([
    [null, ''],
    [-3.5, '-3.5'],
    ['plain', 'plain'],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['+49', "'+49"],
    ['a "b"\nc', '"a ""b""\nc"'],
  ])('writes %j as %s', (value, field) => {
    expect(csvField(value)).toBe(field);
  });
});

describe('an export as sqlite', () => {
  it('is a database with plain tables', async () => {
    const path = await aHistory();
    const output = join(dirname(path), 'plain.sqlite');
    await exportResults({ path, format: 'sqlite', output, clock });
    const database = new (await loadSqlite())(output, { readonly: true });
    onTestFinished(() => {
      database.close();
    });
    const failures = database.prepare(
      "SELECT monitor, count(*) AS n, min(slot) AS first, max(duration_ms) AS ms FROM results WHERE status = 'down' GROUP BY 1",
    );
    expect(failures.all()).toEqual([{ monitor: 'api', n: 10, first: '2026-11-23T09:40:00.000Z', ms: 12.34 }]);
    expect(database.prepare('SELECT id, target FROM monitors').all()).toHaveLength(2);
    expect(database.prepare('SELECT count(*) FROM spans').pluck().get()).toBe(4);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('the file of an export', () => {
  it.each(['ndjson', 'csv', 'sqlite'] as const)(
    'of %s is for its owner alone and replaces an older one whole',
    async (format) => {
      const path = await aHistory();
      const output = join(dirname(path), 'out');
      await exportResults({ path, format, output, clock });
      await exportResults({ path, format, output, clock, ids: ['shop'] });
      expect(statSync(output).mode & 0o777).toBe(0o600);
      expect(readdirSync(dirname(path)).filter((name) => name.includes('partial'))).toEqual([]);
    },
  );

  it('is not there when the export is given up', async () => {
    const path = await aHistory();
    const output = join(dirname(path), 'out.ndjson');
    const control = new AbortController();
    const ticking = new ManualClock();
    const impatient = { now: () => ticking.now(), monotonic: () => (ticking.advance(100), ticking.monotonic()) };
    const giveUp = exportResults({
      path,
      format: 'ndjson',
      output,
      clock: impatient,
      signal: control.signal,
      onProgress: () => control.abort(new Error('enough')),
    });
    await expect(giveUp).rejects.toThrow('enough');
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith('out'))).toEqual([]);
  });

  it('cannot be the database itself, a folder, or in a folder that is not there', async () => {
    const path = await aHistory();
    const alias = join(dirname(path), 'alias');
    symlinkSync(path, alias);
    const to = (output: string) => exportResults({ path, format: 'csv', output, clock });
    await expect(to(alias)).rejects.toMatchObject({ code: 'usage' });
    await expect(to(dirname(path))).rejects.toMatchObject({ code: 'usage' });
    await expect(to(join(dirname(path), 'nowhere', 'x'))).rejects.toMatchObject({ code: 'file_unwritable' });
    expect((await aReader(path)).prepare('SELECT count(*) FROM monitors').pluck().get()).toBe(2);
  });
});
