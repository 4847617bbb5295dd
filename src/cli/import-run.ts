import { accessSync, constants, createReadStream, statSync, type Stats } from 'node:fs';
import { importResults, type ImportOutcome } from '../actions/import-results.ts';
import { systemClock } from '../core/clock.ts';
import { AppError, errorCode, toError } from '../core/errors.ts';
import { databasePath } from './database-options.ts';
import type { ImportOptions } from './import.ts';
import { interruptible } from './interruptible.ts';
import { printJson } from './output.ts';
import { progressLine } from './progress-line.ts';
import { counted, harmless } from './words.ts';

const READ_AT_ONCE_BYTES = 1_048_576;

/** Runs `longwatch import`. Throws what `importResults` throws, and `file_unreadable`. */
export async function runImport(file: string, options: ImportOptions): Promise<void> {
  const path = await databasePath(options);
  const size = file === '-' ? undefined : sizeOf(file);
  const line = progressLine(process.stderr, systemClock);
  const dryRun = options.dryRun === true;
  const started = systemClock.monotonic();
  let outcome: ImportOutcome | undefined;
  try {
    outcome = await interruptible((signal) =>
      importResults({
        path,
        input: file === '-' ? process.stdin : createReadStream(file, { highWaterMark: READ_AT_ONCE_BYTES }),
        dryRun,
        strict: options.strict === true,
        clock: systemClock,
        signal,
        onProgress: ({ lines, bytes }) => {
          const share = size === undefined ? '' : `${Math.floor((100 * bytes) / Math.max(1, size))} %, `;
          line.show(() => `${share}${lines.toLocaleString('en-US')} lines`);
        },
      }),
    );
  } catch (thrown) {
    if (['ENOENT', 'EACCES', 'EISDIR'].includes(errorCode(thrown) ?? '')) throw unreadable(file, thrown);
    throw thrown;
  } finally {
    line.clear();
  }
  if (outcome === undefined) return;
  if (outcome.refused > 0 || outcome.cutOff) process.exitCode = 1;
  if (options.json === true) printJson(jsonOf(outcome, dryRun));
  else print(outcome, { dryRun, seconds: (systemClock.monotonic() - started) / 1000 });
}

function sizeOf(file: string): number {
  let found: Stats;
  try {
    found = statSync(file);
    accessSync(file, constants.R_OK);
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
  if (found.isDirectory()) throw unreadable(file, { code: 'EISDIR' });
  return found.size;
}

/** What the codes of the system say to people. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a folder',
};

function unreadable(file: string, thrown: unknown): AppError {
  const why = FAULTS[errorCode(thrown) ?? ''] ?? toError(thrown).message;
  return new AppError('file_unreadable', `${file} cannot be read: ${why}`, {
    hint: 'Name a file that "longwatch export" wrote, or - for the standard input.',
    cause: thrown,
  });
}

function jsonOf(outcome: ImportOutcome, dryRun: boolean): object {
  const { added, duplicates, tooOld, refused, faults, monitors, spans, lines, cutOff, tracesKept } = outcome;
  return {
    dry_run: dryRun,
    lines,
    added,
    duplicates,
    too_old: tooOld,
    refused,
    faults,
    monitors_added: monitors,
    spans_added: spans,
    trace_ids_kept: tracesKept,
    cut_off: cutOff,
  };
}

function print(
  outcome: ImportOutcome,
  { dryRun, seconds }: { readonly dryRun: boolean; readonly seconds: number },
): void {
  for (const { line, fault } of outcome.faults) process.stderr.write(`line ${line}: ${harmless(fault)}\n`);
  const untold = outcome.refused - outcome.faults.length;
  const notes: string[] = [];
  if (untold > 0) notes.push(`and ${counted(untold, 'more line')} left out`);
  if (outcome.cutOff) notes.push('the file has no last line: part of it is missing');
  if (!outcome.tracesKept) notes.push('trace ids were left out: this database makes them from another seed');
  for (const note of notes) process.stderr.write(`${note}\n`);
  const { added, duplicates, tooOld, refused } = outcome;
  const parts = [`${grouped(added)} ${dryRun ? 'would be added' : 'added'}`, `${grouped(duplicates)} there already`];
  if (tooOld > 0) parts.push(`${grouped(tooOld)} too old: their hours are kept as rollups only`);
  if (refused > 0) parts.push(`${grouped(refused)} left out`);
  if (outcome.monitors > 0) parts.push(`${counted(outcome.monitors, 'monitor')} new`);
  if (outcome.spans > 0) parts.push(counted(outcome.spans, 'older span'));
  process.stdout.write(`${parts.join(', ')} (${grouped(outcome.lines / Math.max(0.001, seconds))} lines a second)\n`);
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
