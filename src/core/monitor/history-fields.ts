import { z } from 'zod';
import { formatDuration, parseDuration, type Milliseconds } from '../duration.ts';
import type { Objective } from '../history/objective.ts';
import { USUAL_RETENTION, type Retention } from '../history/retention.ts';
import { suggesters } from '../schema-problems.ts';
import { durationField, refuse, wrong } from './fields.ts';

const HOUR: Milliseconds = 3_600_000;
const DAY = 24 * HOUR;
const SHORTEST = DAY;
const LONGEST = 36_500 * DAY;
const FOREVER = 'forever';

/** How long something is kept, at least a day; `null`, written `forever`, keeps it for ever. */
function keptField() {
  const message = 'must be a duration such as 30d, or forever';
  const text = z.string({ error: wrong(message) }).meta({
    pattern: '^(([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+|forever)$',
    examples: ['30d', FOREVER],
  });
  return z
    .codec(text, z.number().nullable(), {
      decode(written, context): Milliseconds | null {
        if (written.trim() === FOREVER) return null;
        const duration = parseDuration(written.trim());
        if (duration !== undefined && duration >= SHORTEST && duration <= LONGEST) return duration;
        return refuse(context, written, duration === undefined ? message : 'must be at least 1d, or forever');
      },
      encode: keptFor,
    })
    .register(suggesters, { suggest: suggestKept });
}

function keptFor(duration: Milliseconds | null): string {
  return duration === null ? FOREVER : formatDuration(duration);
}

/** Days that other units stand for in which people think of history, by their first letters. */
const DAYS: Readonly<Record<string, number>> = { '': 1, d: 1, w: 7, mo: 30, y: 365 };

const ENDLESS = /^(?:for ?ever|never|always|unlimited|infinit[ey]|none|null|0|-1)$/;

function suggestKept(input: unknown): string | undefined {
  const written = String(input).trim().toLowerCase();
  if (input === null || ENDLESS.test(written)) return FOREVER;
  const [, amount, unit = ''] = /^(\d{1,6})\s*(|d|w|mo|y)(?:ays?|eeks?|nths?|ears?)?$/.exec(written) ?? [];
  const days = Number(amount) * (DAYS[unit] ?? Number.NaN);
  return days >= 1 && days * DAY <= LONGEST ? `${days}d` : undefined;
}

/** How long each tier of history is kept; a tier that is left out is kept as long as usual. */
export const retentionField = z.codec(
  z
    .strictObject({
      results: keptField().optional().meta({ description: 'How long single results are kept, at least 1d.' }),
      hour: keptField()
        .optional()
        .meta({ description: 'How long the figures of each hour are kept, not shorter than results.' }),
      day: keptField()
        .optional()
        .meta({ description: 'How long the figures of each day and the spans are kept, not shorter than hour.' }),
    })
    .superRefine((written, context) => {
      const { results, hour, day } = filledIn(written);
      const tooShort = (longer: string, kept: Milliseconds | null) =>
        `must not be shorter than ${longer} (${keptFor(kept)})`;
      if (isShorter(hour, results)) {
        context.addIssue({
          code: 'custom',
          path: ['hour'],
          message: `(${keptFor(hour)}) ${tooShort('results', results)}`,
        });
      }
      if (isShorter(day, hour)) {
        context.addIssue({ code: 'custom', path: ['day'], message: `(${keptFor(day)}) ${tooShort('hour', hour)}` });
      }
    })
    .register(suggesters, { suggest: suggestRetention }),
  z.custom<Retention>(),
  { decode: filledIn, encode: ({ results, hour, day }) => ({ results, hour, day }) },
);

/** A single duration is taken for how long results are kept. */
function suggestRetention(input: unknown): string | undefined {
  if (typeof input !== 'string' && typeof input !== 'number') return undefined;
  const results = keptField().safeParse(input).success ? String(input) : suggestKept(input);
  return results === undefined ? undefined : `{ results: ${results} }`;
}

function filledIn(written: { readonly [tier in keyof Retention]?: Milliseconds | null | undefined }): Retention {
  const { results, hour, day } = USUAL_RETENTION;
  return {
    results: written.results === undefined ? results : written.results,
    hour: written.hour === undefined ? hour : written.hour,
    day: written.day === undefined ? day : written.day,
  };
}

function isShorter(kept: Milliseconds | null, than: Milliseconds | null): boolean {
  return (kept ?? Infinity) < (than ?? Infinity);
}

const target = z
  .number({ error: wrong('must be a percentage, such as 99.9') })
  .min(1, 'must be a percentage from 1 to 100, such as 99.9')
  .max(100, 'must be a percentage from 1 to 100, such as 99.9')
  .register(suggesters, { suggest: suggestTarget });

function suggestTarget(input: unknown): string | undefined {
  const [, amount] = /^(\d{1,3}(?:\.\d{1,6})?)\s*%?$/.exec(String(input).trim()) ?? [];
  if (amount === undefined) return undefined;
  // A share such as 0.999 is what some tools take.
  const percent = Number(amount) < 1 ? Number((Number(amount) * 100).toFixed(6)) : Number(amount);
  return percent >= 1 && percent <= 100 ? String(percent) : undefined;
}

/** A service level objective. */
export const objectiveField = z
  .strictObject({
    target: target.meta({ description: 'The share of the observed time that is to be up, percent, 1 to 100.' }),
    window: durationField(HOUR, 366 * DAY, 'd')
      .prefault('30d')
      .meta({ description: 'The rolling window in which that holds, from 1h to 366d.' }),
  })
  .register(suggesters, {
    suggest: (input) => {
      const percent = typeof input === 'object' ? undefined : suggestTarget(input);
      return percent === undefined ? undefined : `{ target: ${percent} }`;
    },
  }) satisfies z.ZodType<Objective>;
