import { AppError } from '../../../src/core/errors.ts';
import { shippedMigrations } from '../../../src/db/migrations.ts';
import { loadSqlite } from '../../../src/db/native.ts';
import { openForReading, openForWriting } from '../../../src/db/open.ts';

/** Opens the database named on the command line and prints what became of it, as a process of its own. */
const [path = '', how] = process.argv.slice(2);
const options = { driver: await loadSqlite(), migrations: shippedMigrations(), now: Date.now() };
try {
  if (how === 'reading') openForReading(path, options).close();
  else openForWriting(path, options).close();
  process.stdout.write('opened');
} catch (thrown) {
  process.stdout.write(thrown instanceof AppError ? thrown.code : String(thrown));
}
