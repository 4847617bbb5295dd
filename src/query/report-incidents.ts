import { overlapOf } from '../core/counted-spans.ts';
import type { Span } from '../core/spans.ts';
import { formatMoment } from '../core/time-window.ts';
import type { TimeRange } from '../core/uptime.ts';
import type { ReportedIncident, StretchFigures } from '../core/period-report.ts';

/** Within which time incidents are looked for. */
export interface IncidentBounds {
  readonly range: TimeRange;
  /** Until when the newest span stands, ms since the epoch, and whether that is now. */
  readonly until: number;
  readonly stands: boolean;
  /** The first span that begins when the range has ended. */
  readonly next: Span | undefined;
  /** When the monitor was in maintenance. */
  readonly maintenance: readonly TimeRange[];
}

/** The stretches of `down` and `degraded` that touch a range. Spans in order, from the one in force at its beginning. */
export function incidentsOf(
  spans: readonly Span[],
  { range, until, stands, next, maintenance }: IncidentBounds,
): ReportedIncident[] {
  return spans.flatMap((span, index): ReportedIncident[] => {
    const { start, status, reason } = span;
    if (status !== 'down' && status !== 'degraded') return [];
    const after = spans[index + 1] ?? next;
    // The newest span ends when it no longer stands; nobody saw how.
    const end = after?.start ?? until;
    const within = { from: Math.max(start, range.from), to: Math.min(end, range.to) };
    if (within.to <= within.from) return [];
    const ended = after !== undefined || !stands;
    return [
      {
        status,
        from: formatMoment(start),
        to: ended ? formatMoment(end) : null,
        seconds: (within.to - within.from) / 1000,
        maintenance_seconds: overlapOf(maintenance, within) / 1000,
        began_before: start < range.from,
        goes_on: end > range.to || !ended,
        ended_in: after?.status ?? (ended ? 'unknown' : null),
        reason,
      },
    ];
  });
}

/** How many incidents of a status there were outside of maintenance, and how long. */
export function stretchFigures(
  incidents: readonly ReportedIncident[],
  status: ReportedIncident['status'],
): StretchFigures {
  const lengths = incidents
    .filter((incident) => incident.status === status)
    .map(({ seconds, maintenance_seconds }) => Math.round((seconds - maintenance_seconds) * 1000))
    .filter((length) => length > 0);
  return {
    count: lengths.length,
    seconds: lengths.reduce((sum, length) => sum + length, 0) / 1000,
    longest_seconds: Math.max(0, ...lengths) / 1000,
  };
}
