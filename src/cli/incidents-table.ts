import type { IncidentKind } from '../core/trouble/incident.ts';
import type { IncidentAnswer } from '../query/trouble/incident-answer.ts';
import type { IncidentsAnswer } from '../query/trouble/incidents.ts';
import type { StormAnswer, StormsAnswer } from '../query/trouble/storms.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, harmless, roughly } from './words.ts';

const KIND_CELLS: Readonly<Record<IncidentKind, Cell>> = {
  down: { text: '✖ down', style: 'red' },
  degraded: { text: '⚠ degraded', style: 'yellow' },
  flapping: { text: '↕ flapping', style: 'yellow' },
  blind: { text: '? blind', style: 'dim' },
};

/** Prints incidents as a table, and how to go on when there are more. */
export function printIncidents({ incidents, next_cursor }: IncidentsAnswer): void {
  if (incidents.length === 0) {
    process.stdout.write('no incidents\n');
    return;
  }
  process.stdout.write(table(incidents));
  const open = incidents.filter((incident) => incident.open).length;
  const more = next_cursor === null ? '' : `; older ones: --cursor ${next_cursor}`;
  process.stdout.write(`${counted(incidents.length, 'incident')}, ${open} open${more}\n`);
}

/** Prints storms, each with its incidents. */
export function printStorms({ storms }: StormsAnswer): void {
  for (const storm of storms) {
    process.stdout.write(`${stormWords(storm)}\n${table(storm.incidents)}\n`);
  }
  process.stdout.write(`${storms.length === 0 ? 'no storms' : counted(storms.length, 'storm')}\n`);
}

/** What a storm is, in a line: `storm 12: 29 incidents since …, 3 open; 29 depend on edge, 12 share timeout_connect`. */
export function stormWords({ storm, total, open, started_at, because }: StormAnswer): string {
  const bonds = because.slice(0, 3).map(({ kind, value, incidents }) => {
    if (kind === 'dependency') return `${incidents} hang on ${value}`;
    return `${incidents} have the same ${kind}, ${value}`;
  });
  const state = open === 0 ? 'all over' : `${open} open`;
  return harmless(`storm ${storm}: ${total} incidents since ${clockTime(started_at)}, ${state}; ${bonds.join('; ')}`);
}

/** RFC 3339 for a person, to the second. */
export function clockTime(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}

/** What an incident is about: a monitor, or a place that was cut off. */
export function subjectOf({ monitor, location }: Pick<IncidentAnswer, 'monitor' | 'location'>): string {
  return monitor ?? (location === null ? 'Longwatch' : `Longwatch at ${location}`);
}

/** How an incident stands: `open`, `acknowledged`, … */
export function stateWords({ open, acknowledged, silenced_until, resolution }: IncidentAnswer): string {
  if (!open) return resolution === 'by_hand' ? 'resolved by hand' : (resolution ?? 'over');
  const by = acknowledged === null ? 'open' : `acknowledged${acknowledged.by === null ? '' : ` by ${acknowledged.by}`}`;
  return silenced_until === null ? by : `${by}, silenced`;
}

function table(incidents: readonly IncidentAnswer[]): string {
  const rows = incidents.map((incident) => [
    { text: `#${incident.number}`, align: 'right' as const },
    subjectOf(incident),
    KIND_CELLS[incident.kind],
    clockTime(incident.started_at).slice(0, -4),
    { text: roughly(incident.duration_seconds), align: 'right' as const },
    stateWords(incident),
    incident.storm === null ? '' : `#${incident.storm}`,
    incident.cause?.text ?? '',
  ]);
  return renderTable(['NUMBER', 'MONITOR', 'WHAT', 'SINCE (UTC)', 'FOR', 'STATE', 'STORM', 'WHY'], rows);
}
