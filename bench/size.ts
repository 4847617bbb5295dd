/**
 * `npm run bench -- size [--monitors 5000] [--hours 25] [--json]`: bytes a result takes on disk once its hour is folded,
 * everything in the file included, beside a bare table of the same rows. Results of web sites as they usually are, one a
 * minute and monitor, 1 % of them failures, through the writer of history and its folding.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HOUR_MS, hourOf } from '../src/core/history/history-key.ts';
import type { Database } from '../src/db/native.ts';
import type { Writer } from '../src/recorder/writer.ts';
import { resultOf, START } from './ingest/arrivals.ts';
import { bareRow, BareTable } from './ingest/bare-table.ts';
import { openFile, openHistory } from './ingest/history.ts';
import { describeMachine } from './support/process.ts';
import { realisticResults } from './support/realistic-results.ts';

const PARTS = ['blocks', 'hours', 'days', 'journal', 'spans', 'heads', 'monitors'];
const GOAL = 12;
const FLUSH = 1000;

const { values: options } = parseArgs({
  options: {
    monitors: { type: 'string', default: '5000' },
    hours: { type: 'string', default: '25' },
    json: { type: 'boolean', default: false },
  },
});
const [monitors, hours] = [Number(options.monitors), Number(options.hours)];

function say(line: string): void {
  if (!options.json) process.stdout.write(`${line}\n`);
}

function workUntilIdle(writer: Writer, now: number): void {
  while (writer.upkeep({ now, monotonic: now, forMs: 50 }).busy);
}

/** Bytes by table, with its indexes. */
function bytesByPart(database: Database): Map<string, number> {
  const rows = database
    .prepare<[], { part: string; bytes: number }>(
      `SELECT coalesce(sqlite_schema.tbl_name, dbstat.name) AS part, sum(pgsize) AS bytes
       FROM dbstat LEFT JOIN sqlite_schema ON sqlite_schema.name = dbstat.name GROUP BY part`,
    )
    .all();
  return new Map(rows.map(({ part, bytes }) => [part, bytes]));
}

async function measure(folder: string): Promise<void> {
  const path = join(folder, 'history.db');
  const history = await openHistory(path, monitors);
  const file = await openFile(join(folder, 'bare.db'));
  const bare = new BareTable(file.database);
  let [results, bareRows] = [0, 0];
  for (let hour = hourOf(START); hour < hourOf(START) + hours; hour += 1) {
    const all = Array.from({ length: monitors }, (_, monitor) =>
      realisticResults({ seed: 1, monitor, hour }).map((known) => resultOf(known, `site-${monitor}`, known.slot)),
    ).flat();
    all.sort((one, other) => one.slot - other.slot);
    const now = (hour + 1) * HOUR_MS;
    for (let from = 0; from < all.length; from += FLUSH) {
      history.writer.flush({ batches: [all.slice(from, from + FLUSH)], now });
      if (hour === hourOf(START)) bare.flush(all.slice(from, from + FLUSH).map(bareRow));
    }
    results += all.length;
    if (bareRows === 0) bareRows = all.length;
    workUntilIdle(history.writer, now + HOUR_MS / 2);
    say(`${hour - hourOf(START) + 1} of ${hours} hours, ${results} results`);
  }
  workUntilIdle(history.writer, (hourOf(START) + hours + 2) * HOUR_MS);
  const { database } = history;
  database.pragma('wal_checkpoint(TRUNCATE)');
  const asLeft = statSync(path).size;
  database.exec('PRAGMA incremental_vacuum');
  database.pragma('wal_checkpoint(TRUNCATE)');
  const whole = statSync(path).size;
  const parts = bytesByPart(database);
  file.database.pragma('wal_checkpoint(TRUNCATE)');
  const bareBytes = (bytesByPart(file.database).get('bare') ?? 0) / bareRows;
  history.close();
  file.close();
  const rounded = (bytes: number): number => Math.round((bytes / results) * 100) / 100;
  const table = PARTS.map((part) => ({ part, bytes_a_result: rounded(parts.get(part) ?? 0) }));
  const other = whole - PARTS.reduce((sum, part) => sum + (parts.get(part) ?? 0), 0);
  table.push({ part: 'other', bytes_a_result: rounded(other) });
  if (options.json) {
    const figures = { results, parts: table, bytes_a_result: whole / results, bare_bytes_a_result: bareBytes };
    process.stdout.write(`${JSON.stringify({ machine: describeMachine(), monitors, hours, ...figures })}\n`);
    return;
  }
  console.table(table);
  say(`${results} results in ${whole} bytes: ${rounded(whole)} bytes a result (goal: ${GOAL})`);
  say(`with the free pages that the journal will take again: ${rounded(asLeft)}`);
  say(`a bare table of the same rows: ${bareBytes.toFixed(1)} bytes a result`);
}

if (!(monitors >= 1) || !(hours >= 1)) {
  process.stderr.write('--monitors and --hours are numbers from 1\n');
  process.exitCode = 2;
} else {
  say(describeMachine());
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-size-'));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
