import { z } from 'zod';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';
import { SEVERITIES } from '../core/trouble/event.ts';
import { INCIDENT_KINDS, RESOLUTIONS, TIMELINE_KINDS } from '../core/trouble/incident.ts';
import { keptEvidenceFields } from './schemas.ts';
import { notificationSchema } from './notification-schemas.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');
const reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS]).nullable();

const causeSchema = z
  .object({
    text: z.string().describe('One line for people'),
    reason,
    message: z.string().nullable(),
    status_code: z.int().nullable(),
    duration_ms: z.number().nullable(),
    unmet: z.array(z.object({ what: z.string(), expected: z.string(), got: z.string() })),
  })
  .meta({ id: 'Cause' });

const proofSchema = z
  .object({
    rule: z
      .string()
      .describe('The rule by its key in the file: `retries`, `recover_after`, `degraded.after`, `flapping`'),
    count: z.int(),
    first: time,
    last: time,
  })
  .meta({ id: 'Proof' });

/** A stretch of trouble. */
export const incidentSchema = z
  .object({
    number: z.int(),
    kind: z.enum(INCIDENT_KINDS).describe('What it is at its worst'),
    severity: z.enum(SEVERITIES),
    open: z.boolean(),
    status: z.enum(STATUSES).describe('How its monitor stands as of the newest change, while it is open'),
    flapping: z.boolean(),
    monitor: z.string().nullable().describe('null when this monitor itself was cut off from the network'),
    name: z.string().nullable(),
    group: z.string().nullable(),
    location: z.string().nullable().describe('Where it was cut off; null for the rest'),
    started_at: time.describe('When the first failure was due'),
    opened_at: time.describe('When it was confirmed'),
    resolved_at: time.nullable().describe('When the first success after it was due; null while it is open'),
    resolution: z.enum(RESOLUTIONS).nullable(),
    duration_seconds: z.number().describe('To its end, or to now'),
    cause: causeSchema.nullable(),
    acknowledged: z.object({ at: time, by: z.string().nullable() }).nullable(),
    silenced_until: time.nullable().describe('null when it is not silenced now'),
    storm: z.int().nullable().describe('The number of the first incident of its storm; null when it came alone'),
  })
  .meta({ id: 'Incident' });

export const incidentsSchema = z.object({
  incidents: z.array(incidentSchema).describe('Newest first'),
  next_cursor: z.string().nullable().describe('Asks for those before; null at the end'),
});

const stormSchema = z
  .object({
    storm: z.int().describe('The number of its first incident'),
    started_at: time,
    ended_at: time.nullable().describe('null while one is open'),
    total: z.int(),
    open: z.int(),
    because: z
      .array(z.object({ kind: z.enum(['dependency', 'host', 'reason']), value: z.string(), incidents: z.int() }))
      .describe('What they have in common, and how many of them'),
    incidents: z.array(incidentSchema),
  })
  .meta({ id: 'Storm' });

export const stormsSchema = z.object({ storms: z.array(stormSchema).describe('Newest first') });

const timelineSchema = z
  .object({
    at: time,
    kind: z.enum(TIMELINE_KINDS),
    text: z.string().describe('One line for people'),
    by: z.string().nullable(),
    note: z.string().nullable(),
    cause: causeSchema.nullable(),
    proof: proofSchema.nullable(),
    until: time.nullable(),
    notification: z.int().nullable(),
    channel: z.string().nullable(),
  })
  .meta({ id: 'TimelineEntry' });

const incidentEvidenceSchema = z
  .object({ slot: time, location: z.string().nullable(), ...keptEvidenceFields })
  .meta({ id: 'IncidentEvidence' });

export const incidentReportSchema = z
  .object({
    incident: incidentSchema,
    timeline: z.array(timelineSchema).describe('In order'),
    evidence: z.object({
      failure: incidentEvidenceSchema.nullable().describe('What the check saw that failed first'),
      recovery: incidentEvidenceSchema.nullable(),
    }),
    notifications: z.array(notificationSchema).describe('In the order in which they were decided'),
    storm: stormSchema.nullable(),
  })
  .meta({ id: 'IncidentReport' });
