import { writeSync } from 'node:fs';
import type { CheckResult } from '../../../src/core/outcome.ts';
import { shippedMigrations } from '../../../src/db/migrations.ts';
import { loadSqlite } from '../../../src/db/native.ts';
import { openForWriting } from '../../../src/db/open.ts';
import { Writer } from '../../../src/recorder/writer.ts';
import { givenResult } from '../../support/given-results.ts';
import { aMonitor } from '../../support/monitors.ts';

/**
 * Records two monitors minute after minute, and late results of one of them, while hours are folded as they end, piece by
 * piece. Prints monitor and slot of each result once it is committed, until it is killed.
 */
const MINUTE = 60_000;
const [path = '', first = '0'] = process.argv.slice(2);
let now = Number(first);
const driver = await loadSqlite();
const { database } = openForWriting(path, { driver, migrations: shippedMigrations(), now, exclusive: true });
const writer = new Writer(database, now);
writer.sync([aMonitor({ id: 'website' }), aMonitor({ id: 'other' })], [], now);
for (;;) {
  const results: CheckResult[] = [];
  for (let minute = 0; minute < 10; minute += 1) {
    now += MINUTE;
    results.push(givenResult('website', now), givenResult('other', now + 500));
  }
  // Of an hour that is folded, is being folded or is about to be.
  results.push(givenResult('other', now - 55 * MINUTE + 7000), givenResult('other', now - 95 * MINUTE + 9000));
  const [receipt] = writer.flush({ batches: [results], now }).receipts;
  if (receipt?.recorded !== results.length) throw new Error(`not all was recorded: ${JSON.stringify(receipt)}`);
  writeSync(1, results.map(({ monitor, slot }) => `${monitor} ${slot}\n`).join(''));
  // Fewer than are due now and then, so that an hour is folded between flushes too.
  const pieces = (now / MINUTE) % 7;
  for (let piece = 0; piece < pieces; piece += 1) writer.upkeep({ now, monotonic: now, forMs: 0 });
}
