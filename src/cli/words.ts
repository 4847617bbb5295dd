import { roughly, shortMs } from '../core/figure-words.ts';
import type { Phases } from '../core/outcome.ts';
import type { Status } from '../core/status.ts';
import type { MonitorAnswer } from '../query/monitors.ts';
import type { Cell } from './table.ts';

export { counted, harmless, percent, roughly, shortMs, withoutUptime } from '../core/figure-words.ts';

/** A status as people see it: never by colour alone. */
const STATUS_CELLS: Readonly<Record<Status, Cell>> = {
  up: { text: '✔ up', style: 'green' },
  degraded: { text: '⚠ degraded', style: 'yellow' },
  down: { text: '✖ down', style: 'red' },
  unknown: { text: '? unknown', style: 'dim' },
};

/** The cell for a status; a monitor that is switched off says so instead. */
export function statusCell(status: Status, enabled = true): Cell {
  return enabled ? STATUS_CELLS[status] : { text: '⏸ paused', style: 'dim' };
}

/** What else is to be said of how a monitor stands: `confirming`, `flapping`, `in maintenance`, `incident 12`. */
export function besideStatus(
  monitor: Pick<MonitorAnswer, 'enabled' | 'confirming' | 'flapping' | 'maintenance' | 'incident'>,
): readonly string[] {
  const { enabled, confirming, flapping, maintenance, incident } = monitor;
  if (!enabled) return [];
  return [
    ...(confirming ? ['confirming'] : []),
    ...(flapping ? ['flapping'] : []),
    ...(maintenance === null ? [] : ['in maintenance']),
    ...(incident === null ? [] : [`incident ${incident}`]),
  ];
}

/** How long ago an RFC 3339 time was: `6m ago`. */
export function ago(time: string, now: number): string {
  return `${roughly((now - Date.parse(time)) / 1000)} ago`;
}

/** How long each phase of a check took, those that there were: `connect 2.1 ms, wait 12 ms`. */
export function phaseWords(phases: Phases): string {
  const names = ['dns', 'connect', 'tls', 'wait', 'body'] as const;
  return names.flatMap((name) => (phases[name] === null ? [] : [`${name} ${shortMs(phases[name])}`])).join(', ');
}
