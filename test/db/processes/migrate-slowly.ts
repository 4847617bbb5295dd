import { shippedMigrations, readMigration } from '../../../src/db/migrations.ts';
import { loadSqlite } from '../../../src/db/native.ts';
import { openForWriting } from '../../../src/db/open.ts';

/** Brings the database named on the command line to a schema beyond ours, in steps that take their time, or is killed. */
const SLOW = `
  CREATE TABLE journal_anew AS SELECT * FROM journal;--> statement-breakpoint
  DROP TABLE journal;--> statement-breakpoint
  CREATE TABLE journal (slot INTEGER NOT NULL, monitor INTEGER NOT NULL, location INTEGER NOT NULL, rest TEXT,
    PRIMARY KEY (slot, monitor, location)) STRICT, WITHOUT ROWID;--> statement-breakpoint
  INSERT INTO journal SELECT slot, monitor, location, status || interval_ms FROM journal_anew;--> statement-breakpoint
  DROP TABLE journal_anew;--> statement-breakpoint
  CREATE INDEX journal_rest ON journal (rest)`;

const [path = ''] = process.argv.slice(2);
const driver = await loadSqlite();
const migrations = [...shippedMigrations(), readMigration('9999_slow', SLOW)];
process.stdout.write('begin\n');
const started = performance.now();
openForWriting(path, { driver, migrations, now: Date.now() }).close();
process.stdout.write(`done after ${Math.round(performance.now() - started)} ms\n`);
