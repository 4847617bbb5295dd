import { HOUR_MS } from '../../src/core/history/history-key.ts';
import type { PeriodReportAnswer } from '../../src/core/period-report.ts';
import { parseReportPeriod } from '../../src/core/report-period.ts';
import { askPeriodReport } from '../../src/query/period-report.ts';
import { memoryDatabases } from './database.ts';
import { addMaintenance, NOW, writeReportedMonth } from './reported-month.ts';

/** The report about October 2026 in Berlin, of the history of reported-month.ts, with maintenance where that is wanted. */
export async function octoberReport({ maintained = false } = {}): Promise<PeriodReportAnswer> {
  const database = (await memoryDatabases())();
  writeReportedMonth(database, Math.floor(NOW / HOUR_MS) - 2);
  if (maintained) addMaintenance(database);
  const period = parseReportPeriod({ period: '2026-10' }, NOW, 'Europe/Berlin');
  if ('fault' in period) throw new Error(period.fault);
  return askPeriodReport(database, { period, now: NOW });
}
