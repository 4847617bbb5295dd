import { z } from 'zod';
import { REASONS, type Reason } from '../reasons.ts';
import { STATUSES } from '../status.ts';
import { exportedRulesSchema } from './exported-rules.ts';
import { exportedResultSchema, momentField, type ExportedResult } from './exported-result.ts';

/** The version of the lines of an export. A program reads this one and older ones. */
export const EXPORT_FORMAT = 1;

/** Longer lines are not read, characters: no line of ours comes near. */
export const LONGEST_LINE = 100_000;

const count = z.int().min(0);
const reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]).nullable();
const status = z.enum(STATUSES);

/** The first line: what this file is. */
export const exportHeaderSchema = z.object({
  kind: z.literal('export'),
  format: z.int().min(1),
  /** Name and version of the program that wrote it. */
  program: z.string(),
  exported_at: momentField,
  /** Which results were asked for; `null` for all. */
  since: momentField.nullable(),
  until: momentField.nullable(),
  monitors: z.array(z.string()).nullable(),
  /** What the trace ids were made from; `null` when there are none. */
  trace_seed: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
});

/** One monitor. `last` is the newest verdict, for one whose results are all gone. */
export const exportedMonitorSchema = z.object({
  kind: z.literal('monitor'),
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  name: z.string().max(1000),
  type: z.string().max(64),
  target: z.string().max(10_000),
  group: z.string().max(1000).nullable(),
  tags: z.record(z.string(), z.string()),
  enabled: z.boolean(),
  interval_ms: z.int().min(1),
  timeout_ms: z.int().min(1),
  created_at: momentField,
  removed_at: momentField.nullable(),
  /** `null` for the usual ones; left out by programs of before there were any. */
  rules: exportedRulesSchema.nullable().optional(),
  last: z
    .object({
      slot: momentField,
      interval_ms: z.int().min(1),
      status,
      reason,
      status_code: z.int().nullable(),
      duration_ms: z.number().min(0).nullable(),
    })
    .nullable(),
});

/** A stretch of one status of one monitor, up to the start of the next one. */
export const exportedSpanSchema = z.object({
  kind: z.literal('span'),
  monitor: z.string(),
  start: momentField,
  status,
  reason,
});

/** The last line, by which one sees that nothing was cut off. */
export const exportEndSchema = z.object({ kind: z.literal('end'), monitors: count, spans: count, results: count });

export type ExportHeader = z.infer<typeof exportHeaderSchema>;
export type ExportedMonitor = z.infer<typeof exportedMonitorSchema>;
export type ExportedSpan = z.infer<typeof exportedSpanSchema>;
export type ExportEnd = z.infer<typeof exportEndSchema>;

/** One line of an export. */
export type ExportLine = ExportHeader | ExportedMonitor | ExportedSpan | ExportedResult | ExportEnd;

const SCHEMAS = {
  export: exportHeaderSchema,
  monitor: exportedMonitorSchema,
  span: exportedSpanSchema,
  result: exportedResultSchema,
  end: exportEndSchema,
} as const;

/** Reads one line of an export. A fault is worded for a person. */
export function readExportLine(text: string): { readonly line: ExportLine } | { readonly fault: string } {
  if (text.length > LONGEST_LINE) return { fault: `it is longer than ${LONGEST_LINE} characters` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'it is not JSON' };
  }
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(SCHEMAS, kind)) {
    return { fault: `it has no "kind" of ${Object.keys(SCHEMAS).join(', ')}` };
  }
  const read = SCHEMAS[kind as keyof typeof SCHEMAS].safeParse(value);
  if (read.success) return { line: read.data };
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  return { fault: `${where === '' ? kind : where}: ${issue?.message.toLowerCase() ?? 'not as expected'}` };
}
