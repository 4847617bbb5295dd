/** Drops connections and statements, and has the garbage collected, as a long-running process would. */
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
for (let round = 0; round < 5; round += 1) {
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write('alive\n');
