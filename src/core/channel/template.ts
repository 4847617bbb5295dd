import { z } from 'zod';
import { closest } from '../closest.ts';
import type { JsonValue } from '../expect/json-path.ts';
import { judged } from '../monitor/fields.ts';

/** What a template of a webhook may name, as `{{title}}`. */
export const TEMPLATE_FIELDS = [
  'id',
  'type',
  'severity',
  'resolved',
  'timestamp',
  'title',
  'summary',
  'details',
  'monitor_id',
  'monitor_name',
  'monitor_group',
  'monitor_target',
  'incident',
  'status_from',
  'status_to',
  'since',
  'until',
  'duration_ms',
  'reason',
  'cause',
  'link',
  'acknowledge_link',
  'attempt',
  'late_by_ms',
] as const;
export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

/** The value of every field. */
export type TemplateValues = Readonly<Record<TemplateField, string>>;

/** Text, or a map whose texts are filled in and which is sent as JSON. */
export type Template = string | { readonly [key: string]: JsonValue };

const MOST_CHARACTERS = 65_536;
const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;
const KNOWN: ReadonlySet<string> = new Set(TEMPLATE_FIELDS);

/** A template with values in the place of fields; `escape` makes a value fit for where it stands. */
export function fillTemplate(text: string, values: TemplateValues, escape: (value: string) => string): string {
  return text.replaceAll(PLACE, (_, name: string) => escape(values[name as TemplateField]));
}

/** A body as a person writes it. */
export function templateField() {
  const map = z.record(z.string(), z.unknown()) as unknown as z.ZodType<{ readonly [key: string]: JsonValue }>;
  return z
    .union([z.string(), map])
    .check(judged(templateFault))
    .meta({
      description: `The body instead of the usual one: text, or a map that is sent as JSON. {{field}} stands for ${TEMPLATE_FIELDS.join(', ')}.`,
      examples: [{ text: '{{title}}: {{summary}}' }],
    });
}

function templateFault(template: Template): string | undefined {
  const text = typeof template === 'string' ? template : JSON.stringify(template);
  if (text.trim() === '') return 'must not be empty';
  if (text.length > MOST_CHARACTERS) return `must not be longer than ${MOST_CHARACTERS} characters`;
  for (const [, name = ''] of text.matchAll(PLACE)) {
    if (KNOWN.has(name)) continue;
    const meant = closest(name, TEMPLATE_FIELDS);
    const hint = meant === undefined ? `known are ${TEMPLATE_FIELDS.join(', ')}` : `did you mean {{${meant}}}?`;
    return `names {{${name.slice(0, 40)}}}, which is no field: ${hint}`;
  }
  return undefined;
}
