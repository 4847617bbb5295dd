import { z } from 'zod';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';

/** The shapes of the API's answers; the command line prints the same with --json. */

const time = z.iso.datetime().describe('RFC 3339, UTC');
const reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]).nullable();
const status = z.enum(STATUSES);
const ok = z.boolean().nullable().describe('null when the check says nothing about the target');
const milliseconds = z.number().nullable();

export const phasesSchema = z.object({
  dns: milliseconds,
  connect: milliseconds,
  tls: milliseconds,
  wait: milliseconds,
  body: milliseconds,
});
/** Results by status. */
export const countsSchema = z
  .object({ up: z.int(), degraded: z.int(), down: z.int(), unknown: z.int() })
  .describe('Results by status, those of checks that never began included');
const traceId = z.string().nullable().describe('W3C trace id that the request carried; null when it carried none');

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
    removed_at: time.nullable().describe('When it vanished from the configuration; null while it is there'),
    confirming: z.boolean().describe('Whether failures were seen that are too few to call it down'),
    flapping: z.boolean().describe('Whether its status changes all the time'),
    incident: z.int().nullable().describe('The number of the incident that is open'),
    maintenance: z.object({ name: z.string(), until: time }).nullable().describe('The maintenance that it is in'),
    last: z.object({ slot: time, ok, reason, status_code: z.int().nullable(), duration_ms: milliseconds }).nullable(),
  })
  .meta({ id: 'Monitor' });

export const monitorsSchema = z.object({ monitors: z.array(monitorSchema) });

const resultSchema = z
  .object({
    slot: time.describe('When the check was due'),
    interval_ms: z.number().describe('The interval of the monitor then'),
    started_at: time.nullable(),
    late_ms: milliseconds.describe('From the slot to the beginning of the check'),
    status,
    ok,
    reason,
    message: z.string().nullable(),
    status_code: z.int().nullable(),
    duration_ms: milliseconds,
    phases_ms: phasesSchema,
    location: z.string(),
    ip_version: z
      .union([z.literal(4), z.literal(6)])
      .nullable()
      .describe('Of the address that was dialled last; null when none was'),
    attempt: z.int().describe('Which try of its slot this was, from 1 up'),
    trace_id: traceId,
    count: z.int().optional().describe('With `group`: how many results this one, the newest of them, stands for'),
    first_slot: time.optional().describe('With `group`: the slot of the oldest of them'),
    last_slot: time.optional().describe('With `group`: the slot of the newest of them'),
  })
  .meta({ id: 'Result' });

export const resultsSchema = z.object({
  results: z.array(resultSchema).describe('Newest first'),
  next_cursor: z.string().nullable().describe('Asks for the results before these; null at the end'),
});

const findingSchema = z.object({
  what: z.string().describe('The key of the expectation'),
  ok: z.boolean(),
  expected: z.string(),
  got: z.string(),
  reason: z.enum(Object.keys(REASONS) as [keyof typeof REASONS]),
  severity: z.enum(['down', 'degraded']).describe('What the target is when it is not met'),
});

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.string(),
  valid_from: time.nullable(),
  expires_at: time.nullable(),
  days_left: z.int().nullable().describe('Whole days from now; below zero when it has expired'),
  fingerprint: z.string().describe('SHA-256, as AB:CD:…'),
});

/** What one check saw. */
export const keptEvidenceFields = {
  started_at: time.nullable(),
  reason,
  message: z.string().nullable(),
  status_code: z.int().nullable(),
  address: z.string().nullable().describe('The address that was dialled last'),
  duration_ms: milliseconds,
  phases_ms: phasesSchema,
  trace_id: traceId,
  cut: z.boolean().describe('Whether something was left out to keep it short'),
  findings: z.array(findingSchema).describe('What every expectation came to'),
  attempts: z.array(z.object({ address: z.string(), reason, ms: milliseconds })).describe('Every address tried'),
  certificates: z.array(certificateSchema).describe('The chain the target showed, its own first'),
  facts: z.record(z.string(), z.string()),
};

const evidenceSchema = z
  .object({ slot: time.describe('When the check was due'), location: z.string(), status, ok, ...keptEvidenceFields })
  .meta({ id: 'Evidence' });

export const evidencesSchema = z.object({
  evidence: z.array(evidenceSchema).describe('The newest of each status and location, newest first'),
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
    counts: countsSchema,
    missed: z.int().describe('Results of checks that never began'),
  })
  .meta({ id: 'LatencyWindow' });

export const latencySchema = z.object({
  monitors: z.array(z.object({ id: z.string(), windows: z.record(z.string(), latencySchemaOfWindow) })),
});
