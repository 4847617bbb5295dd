import { exportResults, type ExportReport } from '../actions/export-results.ts';
import type { ExportFormat } from '../actions/export-sink.ts';
import { systemClock } from '../core/clock.ts';
import { AppError, errorCode } from '../core/errors.ts';
import { databasePath } from './database-options.ts';
import type { ExportOptions } from './export.ts';
import { interruptible } from './interruptible.ts';
import { LineWriter } from './line-writer.ts';
import { progressLine } from './progress-line.ts';
import { counted } from './words.ts';

const BY_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  csv: 'csv',
  db: 'sqlite',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
};

/** Runs `longwatch export`. Throws what `exportResults` throws, and `output_failed`. */
export async function runExport(options: ExportOptions): Promise<void> {
  const { since, until, monitor, output } = options;
  const path = await databasePath(options);
  const format = options.format ?? BY_EXTENSION[/\.(\w+)$/.exec(output)?.[1] ?? ''] ?? 'ndjson';
  const line = progressLine(process.stderr, systemClock);
  const started = systemClock.monotonic();
  const rate = (results: number): string => {
    const perSecond = (results * 1000) / Math.max(1, systemClock.monotonic() - started);
    return `${grouped(results)} results, ${grouped(perSecond)} a second`;
  };
  const toOutput = new LineWriter(1);
  let report: ExportReport | undefined;
  try {
    report = await interruptible((signal) =>
      exportResults({
        path,
        format,
        since,
        until,
        ids: monitor,
        clock: systemClock,
        signal,
        output: output === '-' ? (text) => writeOrThrow(toOutput, text) : output,
        onProgress: ({ results, done }) => line.show(() => `${Math.floor(done * 100)} %, ${rate(results)}`),
      }),
    );
    await toOutput.flush();
    throwFault(toOutput);
  } catch (thrown) {
    // A reader that goes away (`longwatch export | head`) is no fault: there is nobody left to write to.
    if (thrown instanceof Error && errorCode(thrown.cause) === 'EPIPE') return;
    throw thrown;
  } finally {
    line.clear();
  }
  if (report === undefined) return;
  if (output !== '-') {
    process.stderr.write(`${output}: ${counted(report.monitors, 'monitor')}, ${rate(report.results)}\n`);
  }
  if (report.damagedBlocks > 0) {
    process.exitCode = 1;
    process.stderr.write(
      `${counted(report.damagedBlocks, 'damaged hour')} of a monitor could not be read and are left out\n`,
    );
  }
}

/** `null` while more can be taken at once. */
function writeOrThrow(writer: LineWriter, text: string): Promise<void> | null {
  throwFault(writer);
  return writer.write(text);
}

function throwFault({ fault }: LineWriter): void {
  if (fault !== null) {
    throw new AppError('output_failed', `the results cannot be written: ${fault.message}`, { cause: fault });
  }
}

function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
