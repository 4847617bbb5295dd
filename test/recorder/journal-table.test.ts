import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/native.ts';
import type { JournalRow } from '../../src/db/schema.ts';
import { journalRow } from '../../src/recorder/journal-row.ts';
import { JournalTable } from '../../src/recorder/journal-table.ts';
import { memoryDatabases } from '../support/database.ts';
import { aResult } from '../support/results.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
let open: () => Database;
beforeAll(async () => {
  open = await memoryDatabases();
});

/** Rows of which some have more to say than that all is well: each kind by itself and next to the others. */
function someRows(count: number): JournalRow[] {
  const more: Partial<JournalRow>[] = [
    {},
    { status: 'down', reason: 'conn_reset', message: 'reset' },
    {},
    { back_ms: 90_000 },
    { attempt: 2 },
    { status: 'unknown', late_ms: null, duration_us: null, dns_us: null, family: null, traced: null },
    {},
  ];
  return Array.from({ length: count }, (_, index) => {
    const result = aResult({ monitor: 'm', slot: NOON + index, statusCode: 200 + (index % 90) });
    return { ...journalRow(result, 1 + (index % 3), 1 + (index % 2)), ...more[index % more.length] };
  });
}

function stored(database: Database): JournalRow[] {
  return database.prepare<[], JournalRow>('SELECT * FROM journal ORDER BY slot').all();
}

describe('JournalTable', () => {
  it.each([1, 7, 24, 25, 26, 50, 51, 173, 500])('keeps %d rows as they are, in one transaction', (count) => {
    const database = open();
    const journal = new JournalTable(database);
    const rows = someRows(count);
    for (const row of rows) journal.append(row);
    journal.settle();
    expect(stored(database)).toEqual(rows);
  });

  it('writes nothing of what was appended in a transaction that failed', () => {
    const database = open();
    const journal = new JournalTable(database);
    const [first, second] = [someRows(20), someRows(60).slice(20)];
    for (const row of first) journal.append(row);
    journal.discard();
    for (const row of second) journal.append(row);
    journal.settle();
    expect(stored(database)).toEqual(second);
  });

  it('leaves a row as it is of which there is one already', () => {
    const database = open();
    const journal = new JournalTable(database);
    const rows = someRows(60);
    for (const row of rows) journal.append(row);
    journal.settle();
    for (const row of rows) journal.append({ ...row, status_code: 599 });
    journal.settle();
    expect(stored(database)).toEqual(rows);
  });
});
