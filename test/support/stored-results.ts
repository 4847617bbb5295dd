import { unpackBlock } from '../../src/core/history/block.ts';
import { HOUR_MS, readHistoryKey } from '../../src/core/history/history-key.ts';
import type { KeptResult } from '../../src/core/history/kept-result.ts';
import { packRollup, unpackHours } from '../../src/core/history/packed-rollup.ts';
import { addToRollup, emptyRollup } from '../../src/core/history/rollup.ts';
import { keptOfJournalRow } from '../../src/db/journal-result.ts';
import { foldedUntilOf } from '../../src/db/meta-values.ts';
import type { Database } from '../../src/db/native.ts';
import type { JournalRow } from '../../src/db/schema.ts';

/** A result and whose it is. */
export interface StoredResult extends KeptResult {
  readonly monitor: number;
  readonly location: number;
}

/** Every result in the tables of a database, by slot, monitor and location; one that is kept twice is here twice. */
export function storedResults(database: Database): StoredResult[] {
  const foldedUntil = foldedUntilOf(database);
  const blocks = database.prepare<[], { key: number; data: Buffer }>('SELECT key, data FROM blocks').all();
  const packed = blocks.flatMap(({ key, data }) => {
    const { period, monitor, location } = readHistoryKey(key);
    if (period >= foldedUntil) return [];
    return unpackBlock(data).map((result) => Object.assign(result, { monitor, location }));
  });
  const rows = database.prepare<[number], JournalRow>('SELECT * FROM journal WHERE slot >= ?');
  const fresh = rows.all(foldedUntil * HOUR_MS).map((row) => {
    return Object.assign(keptOfJournalRow(row), { monitor: row.monitor, location: row.location });
  });
  return [...packed, ...fresh].sort(
    (one, other) => one.slot - other.slot || one.monitor - other.monitor || one.location - other.location,
  );
}

/** What the rollups of folded hours say, and what they have to say: packed, by hour, monitor and location. */
export function storedRollups(database: Database): { kept: Map<string, string>; expected: Map<string, string> } {
  const foldedUntil = foldedUntilOf(database);
  const kept = new Map<string, string>();
  for (const { key, data } of database.prepare<[], { key: number; data: Buffer }>('SELECT * FROM hours').all()) {
    const { period, monitor, location } = readHistoryKey(key);
    for (const [hourOfDay, rollup] of unpackHours(data)) {
      const hour = period * 24 + hourOfDay;
      if (hour >= foldedUntil) continue;
      kept.set(`${hour} ${monitor} ${location}`, Buffer.from(packRollup(rollup)).toString('hex'));
    }
  }
  const sums = new Map<string, ReturnType<typeof emptyRollup>>();
  for (const result of storedResults(database)) {
    const hour = Math.floor(result.slot / HOUR_MS);
    if (hour >= foldedUntil) continue;
    const name = `${hour} ${result.monitor} ${result.location}`;
    const sum = sums.get(name) ?? emptyRollup();
    addToRollup(sum, result);
    sums.set(name, sum);
  }
  const expected = [...sums].map(([name, sum]) => [name, Buffer.from(packRollup(sum)).toString('hex')] as const);
  return { kept: sorted(kept), expected: sorted(new Map(expected)) };
}

function sorted(map: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...map].sort(([one], [other]) => (one < other ? -1 : 1)));
}
