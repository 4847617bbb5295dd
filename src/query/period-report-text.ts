import type { Database } from '../db/native.ts';
import { reportPage } from '../report/page.ts';
import { incidentsCsv, reportCsv } from '../report/report-csv.ts';
import { askPeriodReport, type PeriodReportQuestion } from './period-report.ts';

/** A report, and as what. */
export interface PeriodReportTextQuestion extends PeriodReportQuestion {
  readonly as: 'json' | 'html' | 'csv' | 'incidents_csv';
  /** What stands at the top of a page. */
  readonly title?: string | undefined;
}

/**
 * The report about a period as text to be sent: what makes it is not kept waiting by it, for megabytes of a page take
 * longer than an event loop that times probes can spare. Throws as `askPeriodReport`.
 */
export function askPeriodReportText(database: Database, question: PeriodReportTextQuestion): string {
  const answer = askPeriodReport(database, question);
  switch (question.as) {
    case 'json':
      return JSON.stringify(answer);
    case 'html':
      return reportPage(answer, question);
    case 'csv':
      return reportCsv(answer);
    case 'incidents_csv':
      return incidentsCsv(answer);
  }
}
