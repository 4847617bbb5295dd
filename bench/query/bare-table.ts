/**
 * The floor: the results of a few monitors in a bare table with an index by monitor and time, and how each monitor stands in
 * another with one row each, asked by plain SELECTs.
 */
import { loadSqlite, type Database } from '../../src/db/native.ts';
import { ASKED_HOURS, NOW, resultsOf, RICH_MONITORS } from './large-history.ts';

const COLUMNS =
  'monitor, slot, interval_ms, status, reason, status_code, late_ms, duration_us, dns_us, connect_us, tls_us, wait_us, body_us, message';

/** Makes the tables; results in order of time, as a server would have filled it. */
export async function makeBareTables(path: string, monitors: number): Promise<void> {
  const database = new (await loadSqlite())(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  database.exec(`CREATE TABLE bare (${COLUMNS})`);
  const insert = database.prepare(`INSERT INTO bare (${COLUMNS}) VALUES (?${', ?'.repeat(13)})`);
  const addHour = database.transaction((hour: number) => {
    const rows = Array.from({ length: RICH_MONITORS }, (_, index) =>
      resultsOf(index + 1, hour).map((result) => ({ monitor: index + 1, result })),
    ).flat();
    for (const { monitor, result } of rows.sort((one, other) => one.result.slot - other.result.slot)) {
      const { slot, intervalMs, status, reason, statusCode, lateMs, durationUs } = result;
      const what = [monitor, slot, intervalMs, status, reason, statusCode, lateMs, durationUs];
      insert.run(what, result.dnsUs, result.connectUs, result.tlsUs, result.waitUs, result.bodyUs, result.message);
    }
  });
  for (let hour = ASKED_HOURS.first; hour < ASKED_HOURS.end; hour += 1) addHour(hour);
  addStandings(database, monitors);
  database.exec('CREATE INDEX bare_monitor ON bare (monitor, slot)');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

function addStandings(database: Database, monitors: number): void {
  database.exec(`CREATE TABLE standing (key INTEGER PRIMARY KEY, id, name, type, target, group_name, tags, enabled,
    interval_ms, status, since, slot, reason, status_code, duration_us)`);
  const insert = database.prepare(`INSERT INTO standing VALUES (?${', ?'.repeat(14)})`);
  const addAll = database.transaction(() => {
    for (let key = 1; key <= monitors; key += 1) {
      const target = `https://host-${key}.example/health`;
      const what = [key, `monitor-${key}`, `Monitor ${key}`, 'http', target, `Group ${key % 50}`, '{}', 1, 60_000];
      insert.run(what, 'up', NOW - key * 1000, NOW - key, null, 200, 123_450);
    }
  });
  addAll();
}

/** How all monitors stand. */
export function bareStandings(database: Database): number {
  return database.prepare('SELECT * FROM standing').all().length;
}

/** The rows of a monitor of the last so many ms. */
export function bareRows(database: Database, monitor: number, length: number): number {
  const rows = database.prepare('SELECT * FROM bare WHERE monitor = ? AND slot >= ? AND slot < ? ORDER BY slot DESC');
  return rows.all(monitor, NOW - length, NOW).length;
}

/** Counts and means by the hour: what plain SQL can say of them without percentiles. */
export function bareSeries(database: Database, monitor: number, length: number): number {
  const rows = database.prepare(`
    SELECT CAST(slot / 3600000 AS INTEGER) AS hour, count(*), sum(status = 'up'), min(duration_us), avg(duration_us), max(duration_us)
    FROM bare WHERE monitor = ? AND slot >= ? AND slot < ? GROUP BY hour`);
  return rows.all(monitor, NOW - length, NOW).length;
}
