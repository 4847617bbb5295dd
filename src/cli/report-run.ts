import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { AppError, toError } from '../core/errors.ts';
import type { PeriodReportAnswer } from '../core/period-report.ts';
import { askHistory } from './ask-history.ts';
import { rangesOf } from './range-options.ts';
import type { ReportFormat, ReportOptions } from './report.ts';

const BY_EXTENSION: Readonly<Record<string, ReportFormat>> = { html: 'html', htm: 'html', csv: 'csv', json: 'json' };

/** Runs `longwatch report`. Throws what a source of history throws, `usage` and `file_unwritable`. */
export async function makeReport(ids: readonly string[], options: ReportOptions): Promise<void> {
  const format = formatOf(options);
  if (options.incidents === true && format !== 'csv') {
    throw new AppError('usage', '--incidents is for tables only', { hint: 'Add --format csv.' });
  }
  const { group: groups, tag: tags, month } = options;
  const { window, from, to, zone, period } = rangesOf(options);
  const answer = await askHistory(options, (source) =>
    source.report({
      window,
      from,
      to,
      zone,
      period: typeof month === 'string' ? month : period,
      ids: ids.length === 0 ? undefined : ids,
      groups,
      tags,
    }),
  );
  const text = await textOf(answer, format, options);
  if (options.output === '-') process.stdout.write(text);
  else writeWhole(options.output, text);
}

function formatOf({ format, json, output }: ReportOptions): ReportFormat {
  if (json === true) return 'json';
  return format ?? BY_EXTENSION[/\.(\w+)$/.exec(output)?.[1]?.toLowerCase() ?? ''] ?? 'text';
}

async function textOf(answer: PeriodReportAnswer, format: ReportFormat, options: ReportOptions): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(answer, null, process.stdout.isTTY || options.output !== '-' ? 2 : undefined)}\n`;
    case 'csv': {
      const { incidentsCsv, reportCsv } = await import('../report/report-csv.ts');
      return options.incidents === true ? incidentsCsv(answer) : reportCsv(answer);
    }
    case 'html': {
      const { reportPage } = await import('../report/page.ts');
      return reportPage(answer, options);
    }
    case 'text': {
      const { reportText } = await import('./report-text.ts');
      return reportText(answer, options);
    }
  }
}

/** Under another name first: who waits for the file never sees half of it. */
function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.part`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw new AppError('file_unwritable', `${path} cannot be written: ${toError(thrown).message}`, { cause: thrown });
  }
}
