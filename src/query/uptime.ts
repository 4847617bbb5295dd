import type { ObservedSpans } from '../core/spans.ts';
import { endingAt, type NamedRange, type Window } from '../core/time-window.ts';
import type { PeriodUnit } from '../core/time-zone.ts';
import { UPTIME_POLICY, type UptimePolicy } from '../core/uptime.ts';
import type { Database } from '../db/native.ts';
import { knownMonitors } from './known-monitors.ts';
import { observedSpans } from './observed-spans.ts';
import { inSnapshot } from './snapshot.ts';
import { windowAnswers, windowsOf, wholeOf, type UptimeWindowAnswer } from './uptime-windows.ts';

export type { UptimeWindowAnswer } from './uptime-windows.ts';

/** The uptime of which monitor (all configured ones when left out), over which stretches of time? */
export interface UptimeQuestion {
  readonly id?: string | undefined;
  /** Windows that end at `now`. */
  readonly windows?: readonly Window[] | undefined;
  /** Any other stretches of time. */
  readonly ranges?: readonly NamedRange[] | undefined;
  /** Figures also for each of these within a stretch of time. */
  readonly by?: PeriodUnit | undefined;
  /** The time zone (IANA) of `by`; UTC when left out. */
  readonly zone?: string | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** Figures by monitor and by the name of the window. */
export interface UptimeAnswer {
  /** What counted as what. */
  readonly policy: UptimePolicy;
  readonly monitors: { readonly id: string; readonly windows: Readonly<Record<string, UptimeWindowAnswer>> }[];
}

/**
 * How long were monitors up? Time-weighted, from spans: the cost is that of the changes within the longest window, not of
 * the checks. Throws `monitor_not_found`, and `bad_request` for more figures than anybody reads.
 */
export function askUptime(database: Database, question: UptimeQuestion): UptimeAnswer {
  return inSnapshot(database, () => findUptime(database, question));
}

function findUptime(database: Database, question: UptimeQuestion): UptimeAnswer {
  const { id, windows = [], ranges = [], by, zone = 'UTC', now } = question;
  const rows = knownMonitors(database, id);
  const named = [...windows.map((window) => endingAt(window, now)), ...ranges];
  const asked = windowsOf(named, { by, zone, subjects: rows.length });
  const observed = observedSpans(database, rows, wholeOf(asked), now);
  const monitors = rows.map((row, index) => {
    const nothing: ObservedSpans = { spans: [], until: now };
    return { id: row.id, windows: windowAnswers(observed[index] ?? nothing, asked) };
  });
  return { policy: UPTIME_POLICY, monitors };
}
