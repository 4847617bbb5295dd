import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportResults } from '../../src/actions/export-results.ts';
import { importResults, type ImportRequest } from '../../src/actions/import-results.ts';
import { DAY_MS, hourOf } from '../../src/core/history/history-key.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openHistory } from '../../src/query/history.ts';
import { aDatabasePath, aReader } from '../support/database.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const clock = new ManualClock();
const NOW = clock.now();
const FIVE_MINUTES = 300_000;
const MONITORS = [
  aMonitor({ id: 'shop', name: 'Shop', group: 'Sales', interval: FIVE_MINUTES }),
  aMonitor({ id: 'api', interval: FIVE_MINUTES, timeout: 5000 }),
];

/** Three days of two monitors at two locations, with an outage, a gap, a slow day and missed checks. */
function threeDays(): CheckResult[] {
  const results: CheckResult[] = [];
  for (let slot = NOW - 3 * DAY_MS; slot < NOW; slot += FIVE_MINUTES) {
    const number = Math.round((slot - NOW + 3 * DAY_MS) / FIVE_MINUTES);
    for (const monitor of ['shop', 'api']) {
      const base = { monitor, slot, interval: FIVE_MINUTES, durationMs: 10 + (number % 37) * 3.21, traceId: 'x' };
      if (monitor === 'api' && number > 300 && number < 340) continue;
      const bad = number % 200 > 180 && monitor === 'shop';
      const down = {
        status: 'down',
        reason: 'status_unexpected',
        statusCode: 503,
        message: 'got 503, "expected" 200',
      } as const;
      results.push(aResult({ ...base, ...(bad ? down : {}) }));
      if (number % 7 === 0) results.push(aResult({ ...base, location: 'berlin', address: '[::1]:80', attempt: 2 }));
    }
    if (number % 50 === 49) {
      const missed = {
        status: 'unknown',
        reason: 'missed_late',
        startedAt: null,
        durationMs: null,
        statusCode: null,
      } as const;
      results.push(aResult({ monitor: 'shop', slot: slot + 1000, interval: 299_000, ...missed }));
    }
  }
  return results;
}

async function aSource(seamBack = 1): Promise<string> {
  return aFilledDatabase({ monitors: MONITORS, results: threeDays(), seam: hourOf(NOW) - seamBack, now: NOW });
}

async function anExport(path: string): Promise<string> {
  const output = join(dirname(path), 'export.ndjson');
  await exportResults({ path, format: 'ndjson', output, clock });
  return readFileSync(output, 'utf8');
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  // In pieces that part lines and characters anywhere.
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 10_007) yield bytes.subarray(start, start + 10_007);
}

const bring = (text: string, path: string, more: Partial<ImportRequest> = {}) =>
  importResults({ path, input: bytesOf(text), dryRun: false, strict: false, clock, ...more });

/** What is answered about a monitor. */
async function answersOf(path: string, id: string) {
  const history = await openHistory(path, { now: () => NOW });
  try {
    const { removed_at: _, ...monitor } = history.monitor(id);
    const pages: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = history.results({ id, limit: 1000, cursor: cursor ?? undefined });
      pages.push(...page.results);
      cursor = page.next_cursor;
    }
    return {
      monitor,
      results: pages,
      uptime: history.uptime({ id, window: '1h,24h,3d,7d' }),
      latency: history.latency({ id, window: '1h,24h,3d' }),
      series: [history.series({ id, window: '3d', step: '1h' }), history.series({ id, window: '3d', step: '1d' })],
    };
  } finally {
    history.close();
  }
}

describe('an export that is imported into an empty database', () => {
  it.each([0, 1, 30])('gives the same answers, with the seam %d hours back', async (seamBack) => {
    const source = await aSource(seamBack);
    const target = aDatabasePath();
    const outcome = await bring(await anExport(source), target);
    expect(outcome).toMatchObject({ added: threeDays().length, duplicates: 0, refused: 0, monitors: 2, cutOff: false });
    for (const id of ['shop', 'api']) expect(await answersOf(target, id)).toEqual(await answersOf(source, id));
    const history = await openHistory(target, { now: () => NOW });
    // Nobody has configured them here.
    expect(history.monitors().monitors).toEqual([]);
    history.close();
  });

  it('can be imported again, and comes out of a second export as it went in', async () => {
    const text = await anExport(await aSource());
    const target = aDatabasePath();
    await bring(text, target);
    expect(await bring(text, target)).toMatchObject({
      added: 0,
      duplicates: threeDays().length,
      tooOld: 0,
      monitors: 0,
    });
    const results = (lines: string) =>
      lines
        .split('\n')
        .filter((line) => !line.startsWith('{"kind":"export"') && !line.startsWith('{"kind":"monitor"'))
        .sort();
    expect(results(await anExport(target))).toEqual(results(text));
  });

  it('may come in parts, in any order', async () => {
    const source = await aSource();
    const lines = (await anExport(source)).trimEnd().split('\n');
    const target = aDatabasePath();
    const half = Math.floor(lines.length / 2);
    await bring(lines.slice(half).reverse().join('\n'), target);
    const outcome = await bring(lines.slice(0, half).join('\n'), target);
    // Monitors of which only results are known have no name and no timeout; those lines came too late.
    expect(outcome).toMatchObject({ refused: 0, cutOff: true });
    const [there, here] = [await answersOf(source, 'shop'), await answersOf(target, 'shop')];
    expect(here.uptime).toEqual(there.uptime);
    expect(here.series).toEqual(there.series);
  });
});

describe('an import', () => {
  it('says what it would do and does nothing in a dry run, with a database and without', async () => {
    const source = await aSource();
    const text = await anExport(source);
    const nowhere = aDatabasePath();
    expect(await bring(text, nowhere, { dryRun: true })).toMatchObject({ added: threeDays().length, monitors: 2 });
    expect(readdirSync(dirname(nowhere))).toEqual([]);
    const before = await answersOf(source, 'shop');
    const more = `${text}${JSON.stringify({ kind: 'result', monitor: 'shop', location: 'x', slot: '2026-11-23T11:00:00Z', interval_ms: 1, status: 'up' })}\n`;
    expect(await bring(more, source, { dryRun: true })).toMatchObject({ added: 1, duplicates: threeDays().length });
    expect(await answersOf(source, 'shop')).toEqual(before);
  });

  it('leaves out what is wrong and says where, or stops there when it is to be strict', async () => {
    const lines = (await anExport(await aSource())).trimEnd().split('\n');
    lines.splice(5, 0, '{"kind":"result","monitor":"shop"}', '', 'rubbish', '{"kind":"surprise"}');
    const target = aDatabasePath();
    const outcome = await bring(lines.join('\r\n'), target);
    expect(outcome.refused).toBe(3);
    expect(outcome.faults.map(({ line }) => line)).toEqual([6, 8, 9]);
    expect(outcome.faults[1]?.fault).toBe('it is not JSON');
    expect(outcome.added).toBe(threeDays().length);
    const strict = aDatabasePath();
    await expect(bring(lines.join('\n'), strict, { strict: true })).rejects.toThrow('line 6: location:');
    expect(existsSync(strict)).toBe(false);
  });

  it.each<[string, string, RegExp]>([
    ['rubbish', 'what is this?\n', /line 1: it is not JSON/],
    ['a packed file', '\u{1f}\u{8b}\u{8}\n', /line 1/],
    ['a newer format', '{"kind":"export","format":99,"new":true}\n', /format 99; this program reads up to 1/],
  ])('refuses %s', async (_, text, message) => {
    const path = aDatabasePath();
    const refused = bring(text, path);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ code: 'import_invalid' });
    expect(existsSync(path)).toBe(false);
  });

  it('notices that the end is missing, and a line that never ends', async () => {
    const text = await anExport(await aSource());
    expect(await bring(text.slice(0, text.length / 2), aDatabasePath())).toMatchObject({ cutOff: true, refused: 1 });
    const endless = `${text}${'{"kind":"result",'.repeat(100_000)}`;
    expect(await bring(endless, aDatabasePath())).toMatchObject({ cutOff: false, refused: 1 });
  });

  it('changes nothing while a server uses the database, and when it is given up', async () => {
    const source = await aSource();
    const text = await anExport(source);
    const lock = new (await loadSqlite())(`${source}-lock`);
    lock.exec('BEGIN IMMEDIATE');
    await expect(bring(text, source)).rejects.toMatchObject({
      code: 'db_in_use',
      hint: expect.stringMatching(/Stop the server/) as string,
    });
    lock.close();
    const target = aDatabasePath();
    const control = new AbortController();
    const onProgress = (): void => control.abort(new Error('enough'));
    await expect(bring(text, target, { signal: control.signal, onProgress })).rejects.toThrow('enough');
    expect(existsSync(target)).toBe(false);
  });

  it('is taken back whole when a step of it fails', async () => {
    const source = await aSource();
    const before = (await aReader(source)).prepare('SELECT count(*) FROM blocks').pluck().get();
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(
        `${JSON.stringify({ kind: 'result', monitor: 'new', location: 'x', slot: '2026-11-01T11:00:00Z', interval_ms: 1, status: 'up' })}\n`,
      );
      throw new Error('the disk is gone');
    }
    await expect(
      importResults({ path: source, input: breaking(), dryRun: false, strict: false, clock }),
    ).rejects.toThrow('disk is gone');
    const reader = await aReader(source);
    expect(reader.prepare('SELECT count(*) FROM blocks').pluck().get()).toBe(before);
    expect(reader.prepare("SELECT count(*) FROM monitors WHERE id = 'new'").pluck().get()).toBe(0);
  });

  it('does not take a text file for its database', async () => {
    const path = aDatabasePath();
    writeFileSync(path, 'dear diary '.repeat(500));
    await expect(bring('{}', path)).rejects.toMatchObject({ code: 'db_not_a_database' });
    expect(readFileSync(path, 'utf8')).toMatch(/^dear diary/);
  });
});
