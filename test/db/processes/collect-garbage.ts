/** Drops connections and statements, and makes garbage until they are collected, as a long-running process would. */
import { loadSqlite } from '../../../src/db/native.ts';

const driver = await loadSqlite();
for (let round = 0; round < 50; round += 1) {
  const database = new driver(':memory:');
  database.exec('CREATE TABLE t (a)');
  database.pragma('user_version', { simple: true });
  database.transaction(() => database.prepare('INSERT INTO t VALUES (?)').run(round))();
  database.prepare('SELECT * FROM t').all();
  database.close();
}
// The trouble comes with collections that start between two steps of a promise, where no script is running.
const garbage: unknown[] = [];
for (let step = 0; step < 2_000_000; step += 1) {
  await Promise.resolve(step);
  garbage[step % 1000] = { step };
}
process.stdout.write('alive\n');
