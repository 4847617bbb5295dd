import { AppError } from '../../core/errors.ts';
import { daysUntilOf, foldedUntilOf } from '../../db/meta-values.ts';
import { shippedMigrations } from '../../db/migrations.ts';
import { loadSqlite, type Database } from '../../db/native.ts';
import { openForReading } from '../../db/open.ts';
import { databaseError } from '../../db/open-errors.ts';
import { Findings, type Ground, type Problem } from './inspection.ts';
import { inspectPackedHistory } from './packed-history.ts';
import { inspectJournal, inspectMeta, inspectReferences, inspectSpans } from './plain-tables.ts';

/** Which database, and how thoroughly. */
export interface SoundnessQuestion {
  readonly path: string;
  /** Only whether its pages are sound, not what they say. */
  readonly quick: boolean;
  readonly onProgress: (where: string, looked: number) => void;
}

/** Whether a database is sound. */
export interface SoundnessAnswer {
  readonly path: string;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** Problems beyond those told. */
  readonly more_problems: number;
  /** What is in order and worth saying. */
  readonly notes: readonly string[];
}

/**
 * Is a database sound? First its pages, by SQLite, then what they say: keys, blocks, rollups, chains and spans agree with
 * one another. One snapshot, also while a server writes; it blocks its thread for as long as it takes. A damaged file is an
 * answer; throws `db_…` for one that cannot be opened.
 */
export async function askSoundness({ path, quick, onProgress }: SoundnessQuestion): Promise<SoundnessAnswer> {
  const findings = new Findings(onProgress);
  const driver = await loadSqlite();
  try {
    const database = openForReading(path, { driver, migrations: shippedMigrations() });
    try {
      database.exec('BEGIN');
      inspect(database, quick, findings);
    } finally {
      database.close();
    }
  } catch (thrown) {
    const error = databaseError(thrown, path);
    if (!(error instanceof AppError) || error.code !== 'db_corrupt') throw error;
    findings.add('pages', error.message);
  }
  const { problems, notes, untold } = findings;
  return { path, ok: problems.length === 0, problems, more_problems: untold, notes };
}

function inspect(database: Database, quick: boolean, findings: Findings): void {
  findings.inspect('pages', () => {
    const rows = database.pragma(`${quick ? 'quick_check' : 'integrity_check'}(50)`) as Record<string, string>[];
    for (const row of rows) {
      const said = String(Object.values(row)[0]);
      if (said !== 'ok') findings.add('pages', said.replaceAll('\n', '; '));
    }
  });
  if (quick) return;
  const ground = groundOf(database);
  findings.inspect('meta', () => inspectMeta(ground, findings));
  findings.inspect('journal', () => inspectJournal(ground, findings));
  inspectPackedHistory(ground, findings);
  findings.inspect('spans', () => inspectSpans(ground, findings));
  inspectReferences(ground, findings);
}

function groundOf(database: Database): Ground {
  const keys = (table: string): Set<number> =>
    new Set(database.prepare<[], number>(`SELECT key FROM ${table}`).pluck().all());
  return {
    database,
    seam: foldedUntilOf(database),
    daysUntil: daysUntilOf(database),
    monitors: keys('monitors'),
    locations: keys('locations'),
  };
}
