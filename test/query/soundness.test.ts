import { describe, expect, it } from 'vitest';
import { DAY_MS, historyKey, hourOf } from '../../src/core/history/history-key.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { askDatabaseStats } from '../../src/query/database-stats.ts';
import { askSoundness } from '../../src/query/soundness/soundness.ts';
import { aFilledDatabase } from '../support/folded-history.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';
import { aResult } from '../support/results.ts';

const NOW = new ManualClock().now() + 45 * 60_000;
const driver = await loadSqlite();

/** Two days of a monitor that fails for a while, folded but for the last hour. */
function twoDays(): Promise<string> {
  const slots = Array.from({ length: 2880 }, (_, minute) => NOW - 2 * DAY_MS + minute * 60_000);
  const results = slots.map((slot, minute) => {
    const isBad = minute >= 600 && minute < 615;
    return aResult({ slot, ...(isBad ? { status: 'down', reason: 'conn_refused', message: 'refused' } : {}) });
  });
  return aFilledDatabase({ monitors: [aMonitor()], results, seam: hourOf(NOW), now: NOW });
}

async function aSpoilt(sql: string): Promise<string> {
  const path = await twoDays();
  const database = new driver(path);
  database.exec(sql);
  database.close();
  return path;
}

const check = (path: string) => askSoundness({ path, quick: false, onProgress: () => undefined });

describe('askSoundness', () => {
  it('finds nothing wrong with history as it is written', async () => {
    expect(await check(await twoDays())).toMatchObject({ ok: true, problems: [], more_problems: 0, notes: [] });
  });

  it.each<[string, string, string]>([
    [
      'a block that cannot be unpacked',
      "UPDATE blocks SET data = x'0102' WHERE key = (SELECT min(key) FROM blocks)",
      'blocks: the hour 2026-11-21T12:00:00.000Z of monitor 1 at location 1 cannot be unpacked',
    ],
    [
      'the block of another hour',
      'UPDATE blocks SET data = (SELECT data FROM blocks ORDER BY key DESC LIMIT 1) WHERE key = (SELECT min(key) FROM blocks)',
      'blocks: the hour 2026-11-21T12:00:00.000Z of monitor 1 at location 1 has slots that are not its own',
    ],
    [
      'results that a rollup does not count',
      'UPDATE blocks SET data = (SELECT data FROM blocks ORDER BY key DESC LIMIT 1) WHERE key = (SELECT min(key) FROM blocks)',
      'hours: the hour 2026-11-21T12:00:00.000Z of monitor 1 at location 1: the rollup (15) differs from its 60 results',
    ],
    [
      'a rollup that is missing',
      'UPDATE hours SET data = (SELECT data FROM hours ORDER BY key LIMIT 1)',
      'hours: the hour 2026-11-22T00:00:00.000Z of monitor 1 at location 1 has results and no rollup',
    ],
    [
      'rollups that cannot be unpacked',
      "UPDATE hours SET data = x'00' WHERE key = (SELECT max(key) FROM hours)",
      'hours: the day 2026-11-23T00:00:00.000Z of monitor 1 at location 1 cannot be unpacked',
    ],
    [
      'a day that is not the sum of its hours',
      'UPDATE days SET data = (SELECT data FROM days ORDER BY key DESC LIMIT 1)',
      'days: the day 2026-11-21T00:00:00.000Z of monitor 1 at location 1: 1440 results, and its hours have 675',
    ],
    [
      'a block of nobody',
      'UPDATE blocks SET key = key + 512 WHERE key = (SELECT max(key) FROM blocks)',
      `blocks: key ${historyKey(hourOf(NOW) - 1, 3, 1)} is of monitor 3 and location 1, which are not both known`,
    ],
    [
      'spans that do not alternate',
      "UPDATE spans SET status = 'up'",
      'spans: 2026-11-21T22:45:00.000Z of monitor 1 is up, as the one before it',
    ],
    [
      'a status that is none',
      "UPDATE spans SET status = 'fine' WHERE status = 'down'",
      'spans: 2026-11-21T22:45:00.000Z of monitor 1 has a status that is none',
    ],
    [
      'a head beside its span',
      'UPDATE heads SET since = since + 1',
      'heads: monitor 1 does not stand at its newest span',
    ],
    [
      'a head that does not lead to the newest result',
      "INSERT INTO meta VALUES ('owner', 'x'), ('heads_lead', 'x'); UPDATE heads SET interval_ms = 7, slot = slot - 7",
      'heads: monitor 1: its head does not lead to its newest result',
    ],
    [
      'a chain that leads nowhere',
      'UPDATE journal SET back_ms = 7 WHERE slot = (SELECT max(slot) FROM journal)',
      'journal: 2026-11-23T12:44:00.000Z of monitor 1 does not lead to the slot before it',
    ],
    [
      'a seam that is none',
      "UPDATE meta SET value = '-1' WHERE name = 'folded_until'",
      'meta: folded_until is not an hour',
    ],
    [
      'days ahead of their hours',
      "UPDATE meta SET value = '90000' WHERE name = 'days_until'",
      'meta: days_until is later than folded_until',
    ],
    ['history of nobody', 'DELETE FROM monitors', 'heads: 1 rows of monitors that are not known'],
  ])('finds %s', async (_, sql, problem) => {
    const { ok, problems } = await check(await aSpoilt(sql));
    expect(ok).toBe(false);
    expect(problems.map(({ where, what }) => `${where}: ${what}`)).toContain(problem);
  });

  it('takes no offence at what a server leaves in the middle of its work', async () => {
    const removed = await aSpoilt('DELETE FROM blocks WHERE key < (SELECT avg(key) FROM blocks)');
    expect(await check(removed)).toMatchObject({ ok: true, notes: [] });
    const folding = await aSpoilt("UPDATE meta SET value = value - 1 WHERE name IN ('folded_until')");
    expect((await check(folding)).notes).toEqual(['1 blocks of hours that are being folded do not count yet']);
    const leftOver = await aSpoilt("UPDATE meta SET value = value + 1 WHERE name IN ('folded_until')");
    expect((await check(leftOver)).notes).toEqual(['45 rows of the journal are folded and wait to be removed']);
  });

  it('tells some of many problems and counts the rest', async () => {
    const { problems, more_problems } = await check(await aSpoilt("UPDATE blocks SET data = x'0102'"));
    expect(problems.filter(({ where }) => where === 'blocks')).toHaveLength(10);
    expect(more_problems).toBe(38);
  });
});

describe('askDatabaseStats', () => {
  it('counts results and rows exactly, and says from when to when', async () => {
    const path = await twoDays();
    const stats = await askDatabaseStats(path);
    expect(stats).toMatchObject({
      path,
      monitors: { configured: 1, removed: 0 },
      locations: 1,
      journal: { rows: 45, oldest: '2026-11-23T12:00:00.000Z', newest: '2026-11-23T12:44:00.000Z' },
      blocks: {
        rows: 48,
        results: 2835,
        estimated: false,
        oldest: '2026-11-21T12:00:00.000Z',
        newest: '2026-11-23T12:00:00.000Z',
      },
      hours: { rows: 3, oldest: '2026-11-21T00:00:00.000Z', newest: '2026-11-24T00:00:00.000Z' },
      days: { rows: 2 },
      folded_until: '2026-11-23T12:00:00.000Z',
      last_fold: null,
      pruned_for_age: null,
      last_backup: null,
    });
    const database = new driver(path, { readonly: true });
    for (const { name, rows } of stats.tables) {
      expect([name, rows]).toEqual([name, database.prepare(`SELECT count(*) FROM ${name}`).pluck().get()]);
    }
    expect(stats.tables.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(stats.bytes);
    database.close();
  });

  it('estimates results where there are too many blocks to look at each', async () => {
    const path = await aSpoilt(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
      INSERT INTO blocks SELECT key + i * 256, data FROM n, blocks`);
    const { blocks } = await askDatabaseStats(path);
    expect(blocks.rows).toBe(4848);
    expect(blocks.estimated).toBe(true);
    expect(Math.abs(blocks.results / (2835 * 101) - 1)).toBeLessThan(0.05);
  });
});
