import { z } from 'zod';
import { NOTIFICATION_STATES } from '../core/notify/notification-state.ts';
import { MESSAGE_KINDS } from '../query/trouble/message-kinds.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');

/** One message to one channel, and its fate. */
export const notificationSchema = z
  .object({
    number: z.int(),
    id: z.string().describe('The id of the message, the same for each attempt'),
    channel: z.string(),
    kind: z.enum(MESSAGE_KINDS),
    policy: z.string().nullable(),
    incident: z.int().nullable(),
    monitor: z.string().nullable().describe('The monitor of the incident'),
    step: z.int(),
    state: z.enum(NOTIFICATION_STATES),
    why: z.string().nullable().describe('Why it waits or was dropped'),
    text: z.string().describe('What became of it, for people'),
    created_at: time,
    told_by: time.describe('When it should have been told'),
    due_at: time.nullable().describe('When it is looked at again; null when nothing more happens to it'),
    attempts: z.int(),
    delivered_at: time.nullable(),
    late_seconds: z.number().nullable().describe('How much later it came than it should have, when more than a minute'),
    answer: z.string().nullable().describe('What the service answered last'),
    merged_into: z.int().nullable().describe('The number of the message that tells of it'),
  })
  .meta({ id: 'Notification' });

export const notificationsSchema = z.object({
  notifications: z.array(notificationSchema).describe('Newest first'),
  next_cursor: z.string().nullable().describe('Asks for those before; null at the end'),
});

export const notificationReportSchema = z.object({
  notification: notificationSchema,
  attempts: z.array(
    z.object({
      attempt: z.int(),
      at: time,
      took_ms: z.number(),
      outcome: z.enum(['delivered', 'failed', 'refused']),
      status_code: z.int().nullable(),
      answer: z.string(),
    }),
  ),
  merged: z.array(z.int()).describe('The numbers of the messages that it tells of instead of them'),
});

export const channelsSchema = z.object({
  channels: z.array(
    z
      .object({
        id: z.string(),
        type: z.string(),
        state: z
          .enum(['working', 'failing', 'resting', 'unused'])
          .describe('`resting`: it failed so often that nothing is sent before `rests_until`'),
        policies: z.array(z.string()).describe('The policies that tell it something'),
        failures: z.int().describe('In a row'),
        failing_since: time.nullable(),
        rests_until: time.nullable(),
        last_delivered_at: time.nullable(),
        last_error: z.string().nullable(),
        waiting: z.int().describe('Messages that wait or are about to be sent'),
        dead: z.int().describe('Messages that were given up'),
      })
      .meta({ id: 'Channel' }),
  ),
});

const windowSchema = z.object({ start: time, end: time });

/** Which monitors something is for, as in the file. */
export const matchSchema = z
  .object({
    monitors: z.array(z.string()),
    groups: z.array(z.string()),
    tags: z.record(z.string(), z.array(z.string())),
  })
  .meta({ id: 'Match' });

export const maintenanceSchema = z.object({
  maintenance: z
    .array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          by_hand: z.boolean().describe('Whether it was begun by hand and can be ended by hand'),
          for: matchSchema,
          schedule: z.string(),
          monitors: z.int().describe('How many of the monitors configured now it is for'),
          now: windowSchema.nullable(),
          next: z.array(windowSchema).describe('At most three'),
          created: z.object({ at: time, by: z.string() }).nullable(),
        })
        .meta({ id: 'Maintenance' }),
    )
    .describe('What is now first'),
});

export const explanationSchema = z
  .object({
    monitor: z.string(),
    at: time,
    lines: z.array(z.string()).describe('The whole answer in words'),
    depends_on: z.array(z.string()),
    incident: z.int().nullable().describe('The open incident as part of which it is explained'),
    maintenance_until: time.nullable(),
    events: z.array(
      z.object({
        kind: z.string(),
        severity: z.string(),
        messages: z.array(
          z.object({
            channel: z.string(),
            policy: z.string().nullable(),
            kind: z.string(),
            step: z.int(),
            at: time.nullable().describe('When it would be sent; null when it would not'),
            dropped: z.string().nullable().describe('Why it would not'),
            waits: z.array(z.object({ why: z.string(), until: time })),
          }),
        ),
        policies: z.array(z.object({ policy: z.string(), mismatch: z.string().nullable() })),
      }),
    ),
  })
  .meta({ id: 'NotifyExplanation' });
