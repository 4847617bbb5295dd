import { closeSync, openSync, writeSync } from 'node:fs';
import { csvLine, CSV_HEAD } from '../core/history/csv-result.ts';
import type { ExportedMonitor, ExportedSpan, ExportEnd, ExportHeader } from '../core/history/export-line.ts';
import { exportedResult, type NamedResult } from '../core/history/exported-result.ts';
import { loadSqlite } from '../db/native.ts';
import { PlainResultsFile } from '../db/plain-results-file.ts';

/** How an export may be written. */
export type ExportFormat = 'ndjson' | 'csv' | 'sqlite';

/** What takes an export in, in this order. */
export interface ExportSink {
  begin(header: ExportHeader, monitors: readonly ExportedMonitor[]): Promise<void>;
  spans(spans: readonly ExportedSpan[]): Promise<void>;
  results(results: readonly NamedResult[]): Promise<void>;
  /** Closes it; everything is handed over. */
  end(end: ExportEnd): Promise<void>;
  /** Closes it in the middle. */
  abandon(): void;
}

/** Takes text in; what it returns resolves when more may come. */
export type WriteText = (text: string) => Promise<void> | null;

const ENOUGH_CHARACTERS = 262_144;

/** A sink that writes the lines of the format to this function. */
export function textSink(format: 'ndjson' | 'csv', write: WriteText): ExportSink {
  const isCsv = format === 'csv';
  const resultLine = isCsv ? csvLine : (result: NamedResult) => jsonLine(exportedResult(result));
  return {
    begin: async (header, monitors) => {
      await write(isCsv ? CSV_HEAD : jsonLine(header));
      if (!isCsv) for (const monitor of monitors) await write(jsonLine(monitor));
    },
    spans: async (spans) => {
      if (!isCsv) await write(spans.map(jsonLine).join(''));
    },
    results: async (results) => {
      await write(results.map(resultLine).join(''));
    },
    end: async (end) => {
      if (!isCsv) await write(jsonLine(end));
    },
    abandon: () => undefined,
  };
}

/** A sink that writes text to an empty file. Errors of the file system pass. */
export function textFileSink(format: 'ndjson' | 'csv', path: string): ExportSink {
  const descriptor = openSync(path, 'a');
  let waiting = '';
  const flush = (): void => {
    const bytes = Buffer.from(waiting);
    waiting = '';
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  };
  const text = textSink(format, (more) => {
    waiting += more;
    if (waiting.length >= ENOUGH_CHARACTERS) flush();
    return null;
  });
  return {
    ...text,
    end: async (end) => {
      await text.end(end);
      flush();
      closeSync(descriptor);
    },
    abandon: () => closeSync(descriptor),
  };
}

/** A sink that makes a plain SQLite database of an empty file. */
export async function plainFileSink(path: string): Promise<ExportSink> {
  const file = new PlainResultsFile(await loadSqlite(), path);
  const soon = async (work: () => void): Promise<void> => work();
  return {
    begin: (header, monitors) =>
      soon(() => {
        const { program, exported_at, since, until } = header;
        file.addAbout({ program, exported_at, since, until });
        file.addMonitors(monitors);
      }),
    spans: (spans) => soon(() => file.addSpans(spans)),
    results: (results) => soon(() => file.addResults(results)),
    end: () => soon(() => file.finish()),
    abandon: () => file.abandon(),
  };
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
