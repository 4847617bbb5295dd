import type { MaintenanceAnswer, MaintenancePlanAnswer, WindowAnswer } from '../query/trouble/maintenance.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, harmless } from './words.ts';

/** Prints maintenance with its windows, what is now first. */
export function printMaintenance({ maintenance }: MaintenanceAnswer): void {
  if (maintenance.length === 0) {
    process.stdout.write('no maintenance is now or planned\n');
    return;
  }
  const rows = maintenance.map((plan): (Cell | string)[] => [
    plan.id,
    plan.name,
    forWords(plan),
    plan.now === null ? '-' : { text: `until ${minute(plan.now.end)}`, style: 'yellow' },
    plan.next[0] === undefined ? '-' : windowWords(plan.next[0]),
    plan.schedule,
    plan.created === null ? 'the file' : plan.created.by,
  ]);
  process.stdout.write(renderTable(['ID', 'NAME', 'FOR', 'NOW (UTC)', 'NEXT (UTC)', 'WHEN', 'BY'], rows));
  const now = maintenance.filter((plan) => plan.now !== null).length;
  process.stdout.write(`${counted(maintenance.length, 'plan')}, ${now} now\n`);
}

/** What is said of maintenance that was just begun. */
export function startedWords(plan: MaintenancePlanAnswer): string {
  const window = plan.now ?? plan.next[0];
  const when = window === undefined ? '' : ` ${windowWords(window)} UTC`;
  return harmless(`maintenance ${plan.id}: ${plan.name}, ${counted(plan.monitors, 'monitor')},${when}`);
}

function forWords({ for: { monitors, groups, tags }, monitors: count }: MaintenancePlanAnswer): string {
  const labels = Object.entries(tags).flatMap(([name, values]) =>
    values.length === 0 ? [name] : values.map((value) => `${name}=${value}`),
  );
  const named = [...monitors, ...groups.map((group) => `group ${group}`), ...labels];
  return `${named.length === 0 ? 'everything' : named.join(', ')} (${counted(count, 'monitor')})`;
}

function windowWords({ start, end }: WindowAnswer): string {
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${minute(start)} to ${sameDay ? minute(end).slice(11) : minute(end)}`;
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
