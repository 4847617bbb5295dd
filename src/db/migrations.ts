import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One step from a schema to the next: a file of SQL written by drizzle-kit and edited by us. */
export interface Migration {
  readonly name: string;
  /** SHA-256 of the file with line ends made equal, so that a checkout on Windows counts as unchanged. */
  readonly hash: string;
  readonly statements: readonly string[];
}

const SHIPPED = fileURLToPath(new URL('../../migrations/', import.meta.url));

interface MigrationIndex {
  readonly entries: readonly { readonly tag: string }[];
}

/** The migrations that came with the program, oldest first. */
export function shippedMigrations(folder: string = SHIPPED): Migration[] {
  const index = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8')) as MigrationIndex;
  return index.entries.map(({ tag }) => readMigration(tag, readFileSync(`${folder}/${tag}.sql`, 'utf8')));
}

/** Makes a migration of SQL; statements are parted by drizzle's `--> statement-breakpoint`. */
export function readMigration(name: string, sql: string): Migration {
  const text = sql.replaceAll('\r\n', '\n');
  const statements = text
    .split('--> statement-breakpoint')
    .map((statement) => statement.trim())
    // Written for a connection outside a transaction; inside one it does nothing and hides that children are deleted.
    .filter((statement) => statement !== '' && !/^PRAGMA\s+foreign_keys/i.test(statement));
  return { name, hash: createHash('sha256').update(text).digest('hex'), statements };
}
