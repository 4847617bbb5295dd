import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';
import { EXPORT_FORMAT, type ExportHeader } from '../core/history/export-line.ts';
import { formatMoment } from '../core/time-window.ts';
import { VERSION } from '../core/version.ts';
import { NewFile } from '../db/new-file.ts';
import { openExport, type ExportQuestion, type ExportSource } from '../query/export-source.ts';
import {
  plainFileSink,
  textFileSink,
  textSink,
  type ExportFormat,
  type ExportSink,
  type WriteText,
} from './export-sink.ts';

/** What is to be exported, and how. */
export interface ExportRequest extends ExportQuestion {
  /** The database file. */
  readonly path: string;
  readonly format: ExportFormat;
  /** The file to write, or a function that takes the text of it; no function takes `sqlite`. */
  readonly output: string | WriteText;
  readonly clock: Clock;
  /** Called many times a second. */
  readonly onProgress?: (progress: ExportProgress) => void;
  /** Ends the export early; it then throws what the signal was aborted with. */
  readonly signal?: AbortSignal;
}

/** How far an export is. */
export interface ExportProgress {
  readonly results: number;
  /** Of the time that is exported, 0 to 1. */
  readonly done: number;
}

/** What an export came to, counts. */
export interface ExportReport {
  readonly monitors: number;
  readonly spans: number;
  readonly results: number;
  /** Hours of results that could not be read and are not there. */
  readonly damagedBlocks: number;
}

/** The event loop gets its turn this often, ms, so that a signal is heard. */
const TURN_MS = 50;

/**
 * Writes all results of a database, as they are at one moment, to a file or a function. A file appears under its name when
 * it is whole (mode 0600). Memory does not grow with the history.
 *
 * @throws AppError `db_…`, `monitor_not_found`, `file_unwritable`, `usage`
 */
export async function exportResults(request: ExportRequest): Promise<ExportReport> {
  const { format, output } = request;
  const source = await openExport(request.path, request);
  try {
    if (typeof output === 'function') {
      if (format === 'sqlite') throw new AppError('usage', 'a database cannot be written to standard output');
      return await copy(source, textSink(format, output), request);
    }
    refuseTheDatabaseItself(request.path, output);
    return await intoFile(output, (partial) => copyToFile(source, partial, request));
  } finally {
    source.close();
  }
}

async function copyToFile(source: ExportSource, partial: string, request: ExportRequest): Promise<ExportReport> {
  const { format } = request;
  const sink = format === 'sqlite' ? await plainFileSink(partial) : textFileSink(format, partial);
  try {
    return await copy(source, sink, request);
  } catch (thrown) {
    sink.abandon();
    throw thrown;
  }
}

async function copy(source: ExportSource, sink: ExportSink, request: ExportRequest): Promise<ExportReport> {
  const { clock, onProgress, signal } = request;
  const count = { monitors: source.monitors.length, spans: 0, results: 0 };
  await sink.begin(header(source, request), source.monitors);
  for (const spans of source.spans()) {
    count.spans += spans.length;
    await sink.spans(spans);
  }
  let turn = clock.monotonic();
  for (const results of source.results()) {
    count.results += results.length;
    await sink.results(results);
    if (clock.monotonic() - turn < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    onProgress?.({ results: count.results, done: source.done });
    turn = clock.monotonic();
  }
  await sink.end({ kind: 'end', ...count });
  return { ...count, damagedBlocks: source.damagedBlocks };
}

function header({ traceSeed }: ExportSource, { since, until, ids, clock }: ExportRequest): ExportHeader {
  return {
    kind: 'export',
    format: EXPORT_FORMAT,
    program: `longwatch ${VERSION}`,
    exported_at: formatMoment(clock.now()),
    since: since === undefined ? null : formatMoment(since),
    until: until === undefined ? null : formatMoment(until),
    monitors: ids === undefined ? null : [...ids],
    trace_seed: traceSeed ?? null,
  };
}

async function intoFile<Report>(path: string, write: (partial: string) => Promise<Report>): Promise<Report> {
  let file: NewFile | undefined;
  try {
    file = new NewFile(path);
    const report = await write(file.partial);
    file.commit();
    return report;
  } catch (thrown) {
    throw unwritable(path, thrown);
  } finally {
    file?.abandon();
  }
}

/** What keeps a file from being written; anything else passes as it is. */
function unwritable(path: string, thrown: unknown): unknown {
  const code = errorCode(thrown) ?? '';
  const isOfTheFile = /^(?:E[A-Z]+|SQLITE_(?:FULL|IOERR.*|CANTOPEN.*|READONLY.*))$/.test(code);
  if (thrown instanceof AppError || !isOfTheFile) return thrown;
  return new AppError('file_unwritable', `${path} cannot be written: ${toError(thrown).message}`, {
    hint: 'Nothing of it is left. Check its folder, this user and the free space on the disk.',
    cause: thrown,
  });
}

function refuseTheDatabaseItself(database: string, output: string): void {
  const there = statSync(output, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) {
    throw new AppError('usage', `${output} is a folder`, { hint: 'Name a file in it.' });
  }
  if (there === undefined || realpathSync(output) !== realpathSync(resolve(database))) return;
  throw new AppError('usage', `${output} is the database itself`, { hint: 'Name another file.' });
}
