import { systemClock } from '../core/clock.ts';
import { STATUSES, type Status } from '../core/status.ts';
import type { MonitorAnswer } from '../query/monitors.ts';
import { renderTable, type Cell } from './table.ts';
import { ago, besideStatus, counted, roughly, shortMs, statusCell } from './words.ts';

const WORST_FIRST: readonly Status[] = ['down', 'degraded', 'unknown', 'up'];

/** Prints monitors as a table, worst first, and how many of `all` are in which status. */
export function printStatus(monitors: readonly MonitorAnswer[], all: readonly MonitorAnswer[]): void {
  const now = systemClock.now();
  const sorted = monitors.toSorted((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1));
  if (sorted.length > 0) {
    process.stdout.write(
      renderTable(
        ['MONITOR', 'STATUS', 'FOR', 'LAST RESULT', 'TIME', 'CHECKED'],
        sorted.map((monitor) => row(monitor, now)),
      ),
    );
  }
  process.stdout.write(`${summary(all)}\n`);
}

function row(monitor: MonitorAnswer, now: number): (Cell | string)[] {
  const { id, type, status, enabled, since, last } = monitor;
  const cell = statusCell(status, enabled);
  return [
    id,
    { ...cell, text: [cell.text, ...besideStatus(monitor)].join(', ') },
    since === null ? '-' : roughly((now - Date.parse(since)) / 1000),
    last === null
      ? type === 'push'
        ? 'never reported'
        : 'never checked'
      : (last.reason ?? String(last.status_code ?? '-')),
    { text: shortMs(last?.duration_ms ?? null), align: 'right' },
    last === null ? '-' : ago(last.slot, now),
  ];
}

function rank({ enabled, status }: MonitorAnswer): number {
  return enabled ? WORST_FIRST.indexOf(status) : WORST_FIRST.length;
}

function summary(monitors: readonly MonitorAnswer[]): string {
  if (monitors.length === 0) return 'no monitors';
  const watched = monitors.filter(({ enabled }) => enabled);
  const counts = STATUSES.toSorted((one, other) => WORST_FIRST.indexOf(one) - WORST_FIRST.indexOf(other)).map(
    (status) => [watched.filter((monitor) => monitor.status === status).length, status] as const,
  );
  const parts = [...counts, [monitors.length - watched.length, 'paused'] as const].filter(([count]) => count > 0);
  return `${counted(monitors.length, 'monitor')}: ${parts.map(([count, word]) => `${count} ${word}`).join(', ')}`;
}
