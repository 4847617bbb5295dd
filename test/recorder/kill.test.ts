import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import { spansOf } from '../../src/core/spans.ts';
import { keptOfJournalRow } from '../../src/db/journal-result.ts';
import { foldedUntilOf } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import { journalRow } from '../../src/recorder/journal-row.ts';
import { Writer } from '../../src/recorder/writer.ts';
import { aDatabase, aDatabasePath } from '../support/database.ts';
import { givenResult } from '../support/given-results.ts';
import { startScript } from '../support/script.ts';
import { storedResults, storedRollups } from '../support/stored-results.ts';

const SCRIPT = join(import.meta.dirname, 'processes', 'fold-for-ever.ts');
const START = Date.UTC(2026, 10, 23, 12);
const MONITORS = ['website', 'other'];

/** Runs the program until it has acknowledged so many results, kills it, and returns what it acknowledged. */
async function runAndKill(path: string, first: number, enough: number): Promise<string[]> {
  const child = startScript(SCRIPT, [path, String(first)]);
  let printed = '';
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.split('\n').length > enough) child.kill('SIGKILL');
    });
    child.once('close', () => resolve());
  });
  // The last line may be cut.
  return printed.split('\n').slice(0, -1);
}

function checkAll(database: Database, acknowledged: ReadonlySet<string>): void {
  const stored = storedResults(database);
  const names = stored.map(({ monitor, slot }) => `${MONITORS[monitor - 1]} ${slot}`);
  expect(new Set(names).size).toBe(names.length);
  const kept = new Set(names);
  expect([...acknowledged].filter((name) => !kept.has(name))).toEqual([]);
  for (const { monitor, location, ...result } of stored) {
    const given = givenResult(MONITORS[monitor - 1] ?? '', result.slot);
    expect(result).toEqual(keptOfJournalRow(journalRow(given, monitor, location)));
  }
  const rollups = storedRollups(database);
  expect(rollups.kept).toEqual(rollups.expected);
  for (const monitor of [1, 2]) {
    const own = stored.filter((result) => result.monitor === monitor);
    const verdicts = own.map(({ slot, intervalMs: interval, status, reason }) => ({ slot, interval, status, reason }));
    const spans = database
      .prepare('SELECT start, status, reason FROM spans WHERE monitor = ? ORDER BY start')
      .all(monitor);
    expect(spans).toEqual(spansOf(verdicts));
  }
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
}

async function killAgainAndAgain(rounds: number, enough: (round: number) => number): Promise<void> {
  const path = aDatabasePath();
  const acknowledged = new Set<string>();
  let first = START;
  for (let round = 0; round < rounds; round += 1) {
    const lines = await runAndKill(path, first, enough(round));
    for (const line of lines) acknowledged.add(line);
    first = Math.max(...lines.map((line) => Number(line.split(' ')[1])), first) + 30 * 60_000;
  }
  const database = await aDatabase(path);
  checkAll(database, acknowledged);
  expect(foldedUntilOf(database)).toBeGreaterThan(START / HOUR_MS);
  // What is left to do is done, from wherever the last one was killed.
  const now = first + 3 * HOUR_MS;
  const writer = new Writer(database, now);
  while (writer.upkeep({ now, monotonic: 0, forMs: 1 }).busy);
  checkAll(database, acknowledged);
  expect(foldedUntilOf(database)).toBeGreaterThan((first - 2 * HOUR_MS) / HOUR_MS);
}

describe('a recorder that is killed while it folds', () => {
  // Some numbers of results end in the middle of an hour that is being folded, wherever that is.
  it('has every result it acknowledged once, and nothing else, after twenty times', async () => {
    await Promise.all([
      killAgainAndAgain(10, (round) => 100 + ((round * 61) % 240)),
      killAgainAndAgain(10, (round) => 130 + ((round * 97) % 310)),
    ]);
  }, 180_000);
});
