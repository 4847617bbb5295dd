/// <reference lib="esnext.disposable" preserve="true" />
import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseReportPeriod, type ReportPeriod } from '../core/report-period.ts';
import type { RangeWords } from '../core/time-window.ts';
import { readAvailability, type AvailabilityRequest } from './asked-availability.ts';
import { readInsights, type InsightsRequest } from './asked-insights.ts';
import { readRanges, type RangesRequest } from './asked-ranges.ts';
import { readResults, type ResultsRequest } from './asked-results.ts';
import { readSeries, type AskedSeries } from './asked-series.ts';
import type { AvailabilityAnswer } from './availability.ts';
import type { EvidencesAnswer } from './evidence.ts';
import { openHistoryFile, type HistoryFile } from './history-file.ts';
import type { InsightsAnswer } from './insights-answer.ts';
import type { LatencyAnswer } from './latency.ts';
import type { MonitorAnswer, MonitorsAnswer } from './monitors.ts';
import type { PeriodReportAnswer } from '../core/period-report.ts';
import type { ReportsAnswer } from './reports.ts';
import type { ResultsAnswer } from './results.ts';
import type { SeriesAnswer } from './series.ts';
import type { SloAnswer } from './slo.ts';
import { troubleQuestionsOf, type TroubleQuestions } from './trouble/trouble-questions.ts';
import type { UptimeAnswer } from './uptime.ts';

/** What uptime and latency are counted over when nothing is said. */
const USUAL_WINDOWS = '24h,7d,30d';

/** The latency of one monitor or of all; over `24h,7d,30d` when nothing is said of the time. */
export interface LatencyRequest extends Omit<RangesRequest, 'by'> {
  readonly id?: string | undefined;
}

/** What a report is to be about: `window`, or `from` and `to`, or `period`; last month when none is given. */
export interface ReportRequest extends RangeWords {
  /** The time zone (IANA) of days and dates; UTC when left out. */
  readonly zone?: string | undefined;
  /** Only these monitors, of one of these groups, with one of these tags (`team` or `team=web`). */
  readonly ids?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The uptime of one monitor or of all; over `24h,7d,30d` when nothing is said of the time. */
export interface UptimeRequest extends RangesRequest {
  readonly id?: string | undefined;
}

/** The objective of a monitor or of a group; all of them when neither is given. */
export interface SloRequest {
  readonly id?: string | undefined;
  readonly group?: string | undefined;
}

/** Every question that can be asked of history, with the words of the command line and the API. */
export interface HistoryQuestions extends TroubleQuestions {
  /** All monitors and how they stand now. */
  monitors(): MonitorsAnswer;
  /** One monitor, also one that is no longer configured. Throws `monitor_not_found`. */
  monitor(id: string): MonitorAnswer;
  /** What checks of a monitor saw, of each status the newest. Throws `monitor_not_found`. */
  evidence(id: string): EvidencesAnswer;
  /** What the job of a monitor reported lately. Throws `monitor_not_found`. */
  reports(id: string): ReportsAnswer;
  /** Results of a monitor, newest first. Throws `monitor_not_found` and `bad_request`. */
  results(request: ResultsRequest): ResultsAnswer;
  /** How long monitors were up. Throws `monitor_not_found` and `bad_request`. */
  uptime(request?: UptimeRequest): UptimeAnswer;
  /** How fast monitors answered. Throws `monitor_not_found` and `bad_request`. */
  latency(request?: LatencyRequest): LatencyAnswer;
  /** How a monitor fared over time, in steps. Throws `monitor_not_found` and `bad_request`. */
  series(request: AskedSeries): SeriesAnswer;
  /** How service level objectives stand now. Throws `monitor_not_found`, `not_found`. */
  slo(request?: SloRequest): SloAnswer;
  /** How available monitors were as a whole. Throws `not_found` and `bad_request`. */
  availability(request?: AvailabilityRequest): AvailabilityAnswer;
  /** What is slow, flaky and long down, and how punctual Longwatch itself is. Throws `bad_request`. */
  insights(request?: InsightsRequest): InsightsAnswer;
  /** What there is to say to a customer about a period. Throws `monitor_not_found`, `not_found` and `bad_request`. */
  report(request?: ReportRequest): PeriodReportAnswer;
}

/** A database file that answers questions, in the thread that asks and at once. Closed by `using`, or by `close()`. */
export interface History extends HistoryQuestions {
  readonly close: () => void;
  [Symbol.dispose](): void;
}

/** How a database is opened. */
export interface HistoryOptions {
  /** What time it is, ms since the epoch; the clock of the system when left out. */
  readonly now?: () => number;
}

/**
 * Opens the database of a Longwatch for reading, also while a server writes to it. Every question reads one state of the
 * file. Rejects with an `AppError`: `db_…` or `native_module_missing`.
 */
export async function openHistory(path: string, options: HistoryOptions = {}): Promise<History> {
  const file = await openHistoryFile(path);
  const close = (): void => file.close();
  return { ...questionsOf(file, options.now ?? (() => systemClock.now())), close, [Symbol.dispose]: close };
}

function questionsOf(file: HistoryFile, now: () => number): HistoryQuestions {
  return {
    monitors: () => file.ask('monitors', { now: now() }),
    monitor: (id) => only(file.ask('monitor', { id, now: now() }), id),
    evidence: (id) => file.ask('evidence', { id, now: now() }),
    reports: (id) => file.ask('reports', { id }),
    results: (request) => file.ask('results', readResults(request, now())),
    uptime: ({ id, ...words } = {}) => {
      const moment = now();
      return file.ask('uptime', { id, ...readRanges(words, USUAL_WINDOWS, moment), now: moment });
    },
    latency: ({ id, ...words } = {}) => file.ask('latency', { id, ...readRanges(words, USUAL_WINDOWS, now()) }),
    series: (request) => file.ask('series', readSeries(request, now())),
    slo: ({ id, group } = {}) => file.ask('slo', { id, group, now: now() }),
    availability: (request = {}) => file.ask('availability', readAvailability(request, now())),
    insights: (request = {}) => file.ask('insights', readInsights(request, now())),
    report: ({ ids, groups, tags, ...words } = {}) => {
      const asked = now();
      return file.ask('report', { period: reportPeriod(words, asked), ids, groups, tags, now: asked });
    },
    ...troubleQuestionsOf(file, now),
  };
}

function only({ monitors: [monitor] }: MonitorsAnswer, id: string): MonitorAnswer {
  if (monitor === undefined) throw new AppError('monitor_not_found', `there is no monitor "${id}"`);
  return monitor;
}

function reportPeriod(
  { zone = 'UTC', ...words }: RangeWords & { zone?: string | undefined },
  now: number,
): ReportPeriod {
  const read = parseReportPeriod(words, now, zone);
  if ('fault' in read) throw new AppError('bad_request', read.fault);
  return read;
}
