import { combineSpans, timePerRange } from '../core/history/status-shares.ts';
import type { GroupReport } from '../core/period-report.ts';
import { uptimeFigures } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import { allGroups, membersOf } from './monitor-groups.ts';
import type { PeriodReportQuestion } from './period-report.ts';
import { reportedObjective } from './reported-objective.ts';

/**
 * How groups of which the configuration says something were available as a whole, by name. Of a report about some of their
 * monitors only there is nothing to say of the whole. Within a snapshot of the caller.
 */
export function groupReports(database: Database, question: PeriodReportQuestion): GroupReport[] {
  const { ids, tags, groups, period, now } = question;
  if (ids !== undefined || tags !== undefined) return [];
  const configured = database.prepare<[], string>('SELECT name FROM group_settings').pluck().all();
  return allGroups(database, period.range.from).flatMap(({ group, rule, objective, monitors }): GroupReport[] => {
    if (group === null || !configured.includes(group) || groups?.includes(group) === false) return [];
    const shares = combineSpans(membersOf(database, monitors, period.range, now), rule);
    const [time] = timePerRange(shares, [period.range]);
    if (time === undefined) return [];
    const judged = objective === null ? null : reportedObjective(objective.target, time);
    return [{ group, rule, monitors: monitors.length, ...uptimeFigures(time), objective: judged }];
  });
}
