import type { MessageReport } from '../core/notify/message.ts';
import type { Database } from '../db/native.ts';
import { reportMessage } from '../report/report-message.ts';
import { askPeriodReport, type PeriodReportQuestion } from './period-report.ts';

/**
 * The report about a period as a message to a channel; `null` when nothing was observed in it. Made where it is read, as
 * its page is long. Throws as `askPeriodReport`.
 */
export function askReportMessage(database: Database, question: PeriodReportQuestion): MessageReport | null {
  const answer = askPeriodReport(database, question);
  return answer.overall.observed_seconds > 0 ? reportMessage(answer) : null;
}
