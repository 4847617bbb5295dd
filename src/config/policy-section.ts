import { z } from 'zod';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { durationField, idField, listOf, orOff, refuse } from '../core/monitor/fields.ts';
import { POLICY_TOPICS, type Policy, USUAL_STORM } from '../core/notify/policy.ts';
import { suggesters } from '../core/schema-problems.ts';
import { SEVERITIES } from '../core/trouble/event.ts';
import { hoursField, quietField } from './hours-fields.ts';
import { matchField } from './match-field.ts';

const MOST_CHANNELS = 100;
const MOST_STEPS = 20;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Whom to tell: ids of channels. */
export const tellField = listOf(idField(), MOST_CHANNELS).refine((list) => list.length > 0, 'must not be empty');

const RATE = /^(\d{1,6})\s*\/\s*((?:\d+(?:\.\d+)?)?(?:s|m|h|d))$/;

/** `30/h`, `5/10m`: so many within a time. */
const rateField = z
  .string()
  .meta({ pattern: '^[0-9]+/[0-9]*(s|m|h|d)$', examples: ['30/h', '5/10m'] })
  .transform((text, context) => {
    const [, count, time = ''] = RATE.exec(text.trim()) ?? [];
    const within = parseDuration(/^\d/.test(time) ? time : `1${time}`);
    if (count === undefined || within === undefined) {
      return refuse(context, text, 'must be a number of messages and a time, such as 30/h or 5/10m');
    }
    const messages = Number(count);
    if (messages < 1 || within < SECOND || within > DAY) {
      return refuse(context, text, 'must be at least 1 message, within 1s to 1d');
    }
    return { messages, within };
  })
  .register(suggesters, { suggest: suggestRate });

function suggestRate(input: unknown): string | undefined {
  const written = String(input).trim().toLowerCase();
  const [, count, unit] =
    /^(\d{1,6})\s*(?:\/|per|an?|each|in)?\s*(?:(?:1\s*)?(s|m|h|d)(?:ec|econd|in|inute|our|r|ay)?s?)?$/.exec(written) ??
    [];
  return count === undefined || count === '0' ? undefined : `${count}/${unit ?? 'h'}`;
}

const storm = z.strictObject({
  over: z.int().min(1).max(1000).default(USUAL_STORM.over).meta({
    description: 'More messages than that to a channel become one, 1 to 1000.',
  }),
  within: durationField(SECOND, 60 * MINUTE)
    .prefault(formatDuration(USUAL_STORM.within))
    .meta({ description: 'When they come within that time, from 1s to 1h.' }),
});

const step = z.strictObject({
  after: durationField(SECOND, 7 * DAY).meta({
    description: 'How long after the beginning that is, unless somebody acknowledged it; from 1s to 7d.',
  }),
  tell: tellField.meta({ description: 'Ids of the channels that are told then.' }),
});

const keys = z.strictObject({
  id: idField().meta({ description: 'What it is called, where it is told who was told and why.' }),
  for: matchField.prefault({}).meta({ description: 'The monitors it is for; every one when left out.' }),
  on: listOf(z.enum(POLICY_TOPICS), POLICY_TOPICS.length)
    .refine((list) => list.length > 0, 'must not be empty')
    .refine(
      (list) => list.some((topic) => topic !== 'up'),
      'must name more than up, such as down: an end is told to whom the beginning was',
    )
    .prefault([...POLICY_TOPICS])
    .meta({
      description:
        'What is told: down, degraded, up (the ends of both), flapping, blind (we were cut off), channel (one does not take messages). All when left out.',
    }),
  severity: listOf(z.enum(SEVERITIES), SEVERITIES.length)
    .refine((list) => list.length > 0, 'must not be empty')
    .prefault([...SEVERITIES])
    .meta({ description: 'Of which severity: critical, warning, info. All when left out.' }),
  tell: tellField.meta({ description: 'Ids of the channels that are told.' }),
  delay: durationField(0, DAY)
    .prefault('0s')
    .meta({ description: 'How long trouble must last, once it is confirmed, before anybody is told; up to 1d.' }),
  hours: hoursField
    .nullable()
    .default(null)
    .meta({ description: 'Only in these hours; outside of them the policy says nothing.' }),
  escalate: z.array(step).max(MOST_STEPS).default([]).meta({
    description: 'Who else is told, and when, while nobody acknowledged it.',
  }),
  repeat: durationField(10 * SECOND, 7 * DAY)
    .nullable()
    .default(null)
    .meta({
      description: 'How often it is told again while nobody acknowledged it, from 10s to 7d; never when left out.',
    }),
  quiet: quietField.nullable().default(null).meta({
    description: 'Hours in which messages are held, and told in one at their end.',
  }),
  digest: durationField(SECOND, 7 * DAY)
    .nullable()
    .default(null)
    .meta({ description: 'Messages are gathered for so long and told in one, from 1s to 7d.' }),
  storm: orOff(storm, 'must be off, or a map with over and within')
    .prefault({})
    .meta({ description: 'When many messages become one: more than 5 within 1m when left out; off for never.' }),
  max_rate: rateField.nullable().default(null).meta({
    description: 'Most messages to a channel, such as 30/h; the others wait and are told in one.',
  }),
});

/** One policy as a person writes it in, with every default filled in out. */
export const policySchema = keys
  .superRefine(({ escalate, delay }, context) => {
    let before = delay;
    for (const [index, { after }] of escalate.entries()) {
      const first = index === 0;
      if (first ? after < before : after <= before) {
        const than = first
          ? `must not be shorter than delay (${formatDuration(delay)})`
          : `must be longer than that of the step before (${formatDuration(before)})`;
        context.addIssue({
          code: 'custom',
          path: ['escalate', index, 'after'],
          message: `(${formatDuration(after)}) ${than}`,
        });
      }
      before = after;
    }
  })
  .transform(({ max_rate: maxRate, ...read }): Policy => ({ ...read, maxRate }));
