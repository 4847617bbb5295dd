import type { ReportKind } from '../core/push-state.ts';
import { formatMoment } from '../core/time-window.ts';
import type { Database } from '../db/native.ts';
import type { ReportRow } from '../db/schema.ts';
import { knownMonitors } from './known-monitors.ts';
import { milliseconds } from './units.ts';

/** What a job reported. */
export interface ReportAnswer {
  /** When it came, RFC 3339. */
  readonly at: string;
  readonly kind: ReportKind;
  readonly exit_status: number | null;
  /** The UUID of the run, when it was given one. */
  readonly run: string | null;
  /** How long the run took, when that is known. */
  readonly duration_ms: number | null;
  readonly message: string | null;
  /** What came along, at most 10 KB of it. */
  readonly text: string | null;
}

/** The newest reports of a job, newest first. */
export interface ReportsAnswer {
  readonly reports: ReportAnswer[];
}

/** What did the job of a monitor report lately? Of each monitor the newest 100 are kept. Throws `monitor_not_found`. */
export function askReports(database: Database, { id }: { readonly id: string }): ReportsAnswer {
  const [monitor] = knownMonitors(database, id);
  const rows = database
    .prepare<[number | undefined], ReportRow>('SELECT * FROM reports WHERE monitor = ? ORDER BY key DESC')
    .all(monitor?.key);
  return { reports: rows.map(reportAnswer) };
}

function reportAnswer({ at, kind, exit_status, run, run_us, message, text }: ReportRow): ReportAnswer {
  return { at: formatMoment(at), kind, exit_status, run, duration_ms: milliseconds(run_us), message, text };
}
