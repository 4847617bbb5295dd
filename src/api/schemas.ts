import { z } from 'zod';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';

/** The shapes of the API's answers; the command line prints the same with --json. */

const time = z.iso.datetime().describe('RFC 3339, UTC');
const reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]).nullable();
const status = z.enum(STATUSES);
const ok = z.boolean().nullable().describe('null when the check says nothing about the target');
const milliseconds = z.number().nullable();

export const monitorSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    target: z.string().describe('Without credentials and query values'),
    group: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    enabled: z.boolean(),
    interval_ms: z.number(),
    status,
    since: time.nullable().describe('Since when the status holds; null when nothing was ever measured'),
    last: z.object({ slot: time, ok, reason, status_code: z.int().nullable(), duration_ms: milliseconds }).nullable(),
  })
  .meta({ id: 'Monitor' });

export const monitorsSchema = z.object({ monitors: z.array(monitorSchema) });

const resultSchema = z
  .object({
    slot: time.describe('When the check was due'),
    started_at: time.nullable(),
    late_ms: milliseconds.describe('From the slot to the beginning of the check'),
    status,
    ok,
    reason,
    message: z.string().nullable(),
    status_code: z.int().nullable(),
    duration_ms: milliseconds,
    phases_ms: z.object({
      dns: milliseconds,
      connect: milliseconds,
      tls: milliseconds,
      wait: milliseconds,
      body: milliseconds,
    }),
    location: z.string(),
  })
  .meta({ id: 'Result' });

export const resultsSchema = z.object({
  results: z.array(resultSchema).describe('Newest first'),
  next_cursor: z.string().nullable().describe('Asks for the results before these; null at the end'),
});

const uptimeWindowSchema = z
  .object({
    from: time,
    to: time,
    uptime: z.number().nullable().describe('Time up or degraded over time observed; null when nothing was observed'),
    observed: z.number().describe('Time observed over the whole window'),
    observed_seconds: z.number(),
    degraded_seconds: z.number(),
    down_seconds: z.number(),
    unknown_seconds: z.number().describe('The window less the time observed'),
  })
  .meta({ id: 'UptimeWindow' });

export const uptimeSchema = z.object({
  monitors: z.array(z.object({ id: z.string(), windows: z.record(z.string(), uptimeWindowSchema) })),
});

const latencySchemaOfWindow = z
  .object({
    from: time,
    to: time,
    count: z.int().describe('Checks that found the target up or degraded'),
    min_ms: milliseconds,
    mean_ms: milliseconds,
    p50_ms: milliseconds,
    p95_ms: milliseconds,
    p99_ms: milliseconds,
    max_ms: milliseconds,
  })
  .meta({ id: 'LatencyWindow' });

export const latencySchema = z.object({
  monitors: z.array(z.object({ id: z.string(), windows: z.record(z.string(), latencySchemaOfWindow) })),
});
