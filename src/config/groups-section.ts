import { z } from 'zod';
import { closest } from '../core/closest.ts';
import { GROUP_RULES, type GroupSettings } from '../core/history/objective.ts';
import { judged, labelFault } from '../core/monitor/fields.ts';
import { objectiveField } from '../core/monitor/history-fields.ts';
import type { InputProblem } from '../core/schema-problems.ts';

const MOST_NAMED = 10;

const groupName = z
  .string()
  .check(judged((name: string) => (name === name.trim() ? labelFault(name, 100) : 'must not have blanks around it')));

const group = z.strictObject({
  slo: objectiveField.nullable().default(null).meta({ description: 'What the group as a whole is to reach.' }),
  rule: z.enum(GROUP_RULES).default('any_down').meta({
    description:
      'When the group as a whole is down: any_down as soon as one monitor is, all_down when all are, weighted by the share of monitors that are.',
  }),
});

/** The section `groups` of the file. */
export const groupsSection = z
  .record(groupName, group)
  .prefault({})
  .meta({ description: 'What holds for groups of monitors as a whole, by the name of the group.' });

/** The settings that the section means. */
export function groupSettings(groups: z.output<typeof groupsSection>): GroupSettings[] {
  return Object.entries(groups).map(([name, { slo, rule }]) => ({ name: name.normalize('NFC'), objective: slo, rule }));
}

/** Groups of which something is said and in which no monitor is: a misspelt name. */
export function strayGroups(groups: unknown, known: ReadonlySet<string>): InputProblem[] {
  if (typeof groups !== 'object' || groups === null) return [];
  const named = [...known].slice(0, MOST_NAMED).map((name) => `"${name}"`);
  const list = named.length === 0 ? '' : `; there ${named.length === 1 ? 'is' : 'are'} ${named.join(', ')}`;
  return Object.keys(groups)
    .filter((name) => name === name.trim() && !known.has(name.normalize('NFC')))
    .map((name) => {
      const suggestion = closest(name, known) ?? null;
      const message = `no monitor is in this group${suggestion === null ? list : ''}`;
      return { path: ['groups', name], message, suggestion, at: 'key' };
    });
}
