import { systemClock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseMoment, parseWindows, type Window } from '../core/time-window.ts';
import { openHistoryFile } from '../query/history-file.ts';
import type { MonitorAnswer, MonitorsAnswer } from '../query/monitors.ts';
import type { HistorySource } from './history-source.ts';

/** History from a database file, also while a server writes to it. Throws `db_…` and `native_module_missing`. */
export async function fileHistory(path: string): Promise<HistorySource> {
  const file = await openHistoryFile(path);
  const now = (): number => systemClock.now();
  // In a promise like the answers of a server, so that what they throw arrives the same way.
  const soon = async <Answer>(answer: () => Answer): Promise<Answer> => answer();
  return {
    monitors: () => soon(() => file.ask('monitors', { now: now() })),
    monitor: (id) => soon(() => only(file.ask('monitor', { id, now: now() }), id)),
    evidence: (id) => soon(() => file.ask('evidence', { id, now: now() })),
    reports: (id) => soon(() => file.ask('reports', { id })),
    results: (request) =>
      soon(() => file.ask('results', { ...request, since: moment(request.since), until: moment(request.until) })),
    uptime: ({ id, window }) => soon(() => file.ask('uptime', { id, windows: windows(window), now: now() })),
    latency: ({ id, window }) => soon(() => file.ask('latency', { id, windows: windows(window), now: now() })),
    close: () => file.close(),
  };
}

function only({ monitors: [monitor] }: MonitorsAnswer, id: string): MonitorAnswer {
  if (monitor === undefined) throw new AppError('monitor_not_found', `there is no monitor "${id}"`);
  return monitor;
}

function moment(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseMoment(text, systemClock.now());
}

function windows(text: string): Window[] {
  const read = parseWindows(text);
  if ('fault' in read) throw new AppError('usage', read.fault);
  return read.windows;
}
