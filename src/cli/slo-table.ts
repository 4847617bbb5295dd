import { systemClock } from '../core/clock.ts';
import type { ObjectiveAnswer, SloAnswer } from '../query/slo.ts';
import { renderTable, type Cell } from './table.ts';
import { percent, roughly, withoutUptime } from './words.ts';

const TITLES = ['OBJECTIVE', 'TARGET', 'WINDOW', 'ATTAINED', 'OBSERVED'];
const BUDGET_TITLES = ['BUDGET LEFT', '1H', '6H', '24H', '3D', 'ENDS'];

/** A table with one line an objective. */
export function sloTable({ objectives }: SloAnswer): string {
  if (objectives.length === 0) {
    return 'no objectives; give a monitor one in the configuration: slo: { target: 99.9, window: 30d }\n';
  }
  const apart = objectives.some(({ maintenance }) => maintenance > 0);
  return renderTable(
    TITLES.concat(apart ? 'MAINTENANCE' : [], BUDGET_TITLES),
    objectives.map((objective) => row(objective, apart)),
  );
}

/** `apart`: with a column of maintenance, which most have none of. */
function row(objective: ObjectiveAnswer, apart: boolean): (Cell | string)[] {
  const { id, group, target, window, observed, maintenance, burn_rates: burn } = objective;
  const right = (text: string): Cell => ({ text, align: 'right' });
  return [
    id ?? `group ${group}`,
    right(`${target}%`),
    window,
    attainedCell(objective),
    right(percent(observed)),
    ...(apart ? [right(percent(maintenance))] : []),
    budgetWords(objective),
    ...[burn['1h'], burn['6h'], burn['24h'], burn['3d']].map((rate) => right(burnWords(rate))),
    endWords(objective),
  ];
}

/** With a digit more than the target has, rounded down: 99.8999 % is not 99.9 %. */
function attainedCell({ attained, met, target, observed, maintenance }: ObjectiveAnswer): Cell {
  const nothing = { unknown_seconds: 1 - observed - maintenance, maintenance_seconds: maintenance };
  if (attained === null) return { text: withoutUptime(nothing), style: 'dim' };
  const digits = Math.max(2, (String(target).split('.')[1]?.length ?? 0) + 1);
  const text = `${(Math.floor(attained * 100 * 10 ** digits + 1e-6) / 10 ** digits).toFixed(digits)}%`;
  return met === false ? { text: `✖ ${text}`, style: 'red' } : { text: `✔ ${text}`, style: 'green' };
}

function budgetWords({ budget_minutes, budget_left_minutes }: ObjectiveAnswer): string {
  const total = roughly(budget_minutes * 60);
  if (budget_left_minutes < 0) return `${roughly(-budget_left_minutes * 60)} over ${total}`;
  return `${roughly(budget_left_minutes * 60)} of ${total}`;
}

function burnWords(rate: number | null): string {
  if (rate === null) return '-';
  return rate >= 100 ? rate.toFixed(0) : rate.toFixed(rate >= 10 ? 1 : 2);
}

function endWords({ budget_ends_at, budget_left_minutes }: ObjectiveAnswer): string {
  if (budget_left_minutes <= 0) return 'spent';
  if (budget_ends_at === null) return '-';
  return `in ${roughly((Date.parse(budget_ends_at) - systemClock.now()) / 1000)}`;
}
