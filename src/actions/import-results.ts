import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { EXPORT_FORMAT, readExportLine, type ExportLine } from '../core/history/export-line.ts';
import { shippedMigrations } from '../db/migrations.ts';
import { loadSqlite, type Database, type SqliteDriver } from '../db/native.ts';
import { openForReading, openForWriting, type OpenedDatabase } from '../db/open.ts';
import { databaseError } from '../db/open-errors.ts';
import { Importer, type ImportReport } from '../recorder/importer.ts';
import { readLines, type NumberedLine } from './read-lines.ts';

/** What is to be imported, and how. */
export interface ImportRequest {
  /** The database; it is made when it is not there. */
  readonly path: string;
  /** The bytes of an export as ndjson. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** The first line that is wrong ends the import, and nothing is imported. */
  readonly strict: boolean;
  readonly clock: Clock;
  /** Called many times a second. */
  readonly onProgress?: (progress: { readonly lines: number; readonly bytes: number }) => void;
  /** Gives the import up; nothing is imported then, and it throws what the signal was aborted with. */
  readonly signal?: AbortSignal;
}

/** A line that was left out. */
export interface RefusedLine {
  readonly line: number;
  readonly fault: string;
}

/** What an import came to. */
export interface ImportOutcome extends ImportReport {
  readonly lines: number;
  /** Lines that were left out because they are wrong. */
  readonly refused: number;
  /** The first of them. */
  readonly faults: readonly RefusedLine[];
  /** The file has a first line and no last one: part of it is missing. */
  readonly cutOff: boolean;
}

const MOST_FAULTS = 20;
/** Pages kept in memory, KiB: an import touches many. */
const CACHE_KIB = 65_536;

/**
 * Brings the results of an export back, into a database that no server uses: all in one transaction, so that an import that
 * fails or is given up leaves the file as it was. Importing twice changes nothing.
 *
 * @throws AppError `import_invalid`, `db_in_use` and other `db_…`
 */
export async function importResults(request: ImportRequest): Promise<ImportOutcome> {
  const driver = await loadSqlite();
  const { path, dryRun, clock } = request;
  const isThere = existsSync(path);
  if (dryRun && isThere) openForReading(path, { driver, migrations: shippedMigrations() }).close();
  const folder = dryRun && !isThere ? mkdtempSync(join(tmpdir(), 'longwatch-')) : undefined;
  const target = folder === undefined ? path : join(folder, 'longwatch.db');
  let done = false;
  try {
    const opened = open(target, driver, clock);
    try {
      const outcome = await inOneTransaction(opened.database, request);
      done = !dryRun;
      return outcome;
    } catch (thrown) {
      throw databaseError(thrown, path);
    } finally {
      opened.close();
    }
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    else if (!isThere && !done) for (const end of ['', '-wal', '-shm', '-lock']) rmSync(path + end, { force: true });
  }
}

function open(path: string, driver: SqliteDriver, clock: Clock): OpenedDatabase {
  try {
    return openForWriting(path, { driver, migrations: shippedMigrations(), now: clock.now(), exclusive: true });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'db_in_use') throw thrown;
    throw new AppError('db_in_use', thrown.message, {
      hint: 'Stop the server, import, and start it again: its queue of due checks begins where it should.',
      cause: thrown,
    });
  }
}

async function inOneTransaction(database: Database, request: ImportRequest): Promise<ImportOutcome> {
  database.pragma(`cache_size = -${CACHE_KIB}`);
  database.pragma('temp_store = FILE');
  database.exec('BEGIN IMMEDIATE');
  try {
    const outcome = await takeAll(new Importer(database, request.clock.now()), request);
    if (request.dryRun) database.exec('ROLLBACK');
    else database.exec('COMMIT');
    if (!request.dryRun) database.pragma('wal_checkpoint(TRUNCATE)');
    return outcome;
  } catch (thrown) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

async function takeAll(importer: Importer, request: ImportRequest): Promise<ImportOutcome> {
  const intake = new Intake(importer, request.strict);
  for await (const lines of readLines(request.input)) {
    for (const line of lines) intake.take(line);
    const { bytes } = lines.at(-1) ?? {};
    if (bytes !== undefined) request.onProgress?.({ lines: intake.lines, bytes });
    request.signal?.throwIfAborted();
  }
  intake.end();
  const report = importer.finish();
  return { ...report, lines: intake.lines, refused: intake.refused, faults: intake.faults, cutOff: intake.cutOff };
}

/** Takes lines one by one and counts what is wrong. */
class Intake {
  readonly #importer: Importer;
  readonly #strict: boolean;
  readonly faults: RefusedLine[] = [];
  refused = 0;
  lines = 0;
  cutOff = false;
  #begun = false;
  #ended = false;

  constructor(importer: Importer, strict: boolean) {
    this.#importer = importer;
    this.#strict = strict;
  }

  take({ number, text }: NumberedLine): void {
    this.lines += 1;
    const read = readExportLine(text);
    if (this.lines === 1) refuseWhatIsNoExport(text, read);
    const refusal = 'fault' in read ? read : this.#hand(read.line);
    if (refusal === undefined) return;
    if (this.#strict) throw invalid(`line ${number}: ${refusal.fault}`, 'Nothing was imported.');
    this.refused += 1;
    if (this.faults.length < MOST_FAULTS) this.faults.push({ line: number, fault: refusal.fault });
  }

  end(): void {
    this.cutOff = this.#begun && !this.#ended;
    if (this.cutOff && this.#strict) throw invalid('the file has no last line: part of it is missing');
  }

  #hand(line: ExportLine): { readonly fault: string } | undefined {
    this.#begun ||= line.kind === 'export';
    this.#ended ||= line.kind === 'end';
    return this.#importer.take(line);
  }
}

function refuseWhatIsNoExport(text: string, read: ReturnType<typeof readExportLine>): void {
  const format = /^\{"kind":"export","format":(\d+)/.exec(text)?.[1];
  if (format !== undefined && Number(format) > EXPORT_FORMAT) {
    throw invalid(
      `it has format ${format}; this program reads up to ${EXPORT_FORMAT}`,
      'It was written by a newer one.',
    );
  }
  if (!('fault' in read)) return;
  const isPacked = text.startsWith('\u{1f}');
  throw invalid(`line 1: ${read.fault}`, isPacked ? 'It is packed: zcat FILE | longwatch import -' : undefined);
}

function invalid(what: string, hint = 'It should be the output of "longwatch export".'): AppError {
  return new AppError('import_invalid', `the import cannot be used: ${what}`, { hint });
}
