import { z } from 'zod';
import { type Milliseconds, formatDuration } from '../duration.ts';
import { durationRuleField } from '../expect/number-fields.ts';
import type { Objective } from '../history/objective.ts';
import type { Retention } from '../history/retention.ts';
import { durationField, idField, labelField, slug, tagsField } from './fields.ts';
import { objectiveField, retentionField } from './history-fields.ts';
import { shortUrl } from './target-url.ts';

/** What every monitor has, whatever it watches. */
export interface MonitorBase {
  /** History follows the id: `[a-z0-9][a-z0-9_-]{0,63}`. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  /** How often the target is checked, or has to report. */
  readonly interval: Milliseconds;
  /** How long one check may take in all; 0 for a monitor that reports by itself. */
  readonly timeout: Milliseconds;
  /** How much of a rolling window the target is to be up; `null` for no such aim. */
  readonly slo: Objective | null;
  /** How long its history is kept; `null` for as long as that of the others. */
  readonly retention: Retention | null;
}

const HOUR: Milliseconds = 3_600_000;
const DEFAULT_INTERVAL = '60s';
const DEFAULT_TIMEOUT: Milliseconds = 10_000;

export const interval = durationField(1000, 86_400_000).meta({
  description: 'How often the target is checked, from 1s to 1d.',
});
export const timeout = durationField(1, 60_000).meta({
  description:
    'How long one check may take in all, from 1ms to 60s; not longer than the interval. 10s, or the interval when that is shorter.',
});
export const enabled = z
  .boolean()
  .meta({ description: 'false keeps the monitor and its history, without checking it.' });
export const group = labelField(100).nullable().meta({ description: 'The heading under which the monitor is listed.' });
export const tags = tagsField().meta({
  description: 'Labels to filter by: a map of names and values, or a list of names.',
  examples: [{ team: 'payments', tier: '1' }],
});
export const slo = objectiveField.nullable().meta({
  description: 'The service level objective: how much of a rolling window the target is to be up.',
});
export const retention = retentionField.nullable().meta({
  description: 'How long its history is kept, where that is not what storage.retention says.',
});

/** The keys every monitor has. */
export const identityFields = {
  id: idField().optional().meta({
    description: 'History follows the id: 1 to 64 of a-z, 0-9, "-" and "_". Made from group and name when left out.',
  }),
  name: labelField(200)
    .optional()
    .meta({ description: 'What people call it, 1 to 200 characters. The short form of the target when left out.' }),
  group: group.default(null),
  tags: tags.prefault({}),
  enabled: enabled.default(true),
  slo: slo.default(null),
  retention: retention.default(null),
};

/** The keys of a monitor that is checked again and again. */
export const timingFields = { interval: interval.prefault(DEFAULT_INTERVAL), timeout: timeout.optional() };

/** Softer limits, which every type that is timed has. */
export const degradedField = z
  .strictObject({
    response_time: durationRuleField(HOUR)
      .nullable()
      .default(null)
      .meta({ description: 'How long the whole check may take before the target counts as degraded.' }),
  })
  .prefault({})
  .meta({ description: 'Softer limits: a target that passes one is up, but degraded.' });

interface Timing {
  readonly interval?: Milliseconds | undefined;
  readonly timeout?: Milliseconds | undefined;
}

/** What `interval` is when neither the monitor nor `defaults` says. */
const ASSUMED_INTERVAL: Milliseconds = 60_000;

/** A check must be over before the next one is due. */
export function isTimely({ interval = ASSUMED_INTERVAL, timeout = 0 }: Timing): boolean {
  return timeout <= interval;
}

export const TIMELY = {
  path: ['timeout'],
  error: ({ input }: { readonly input?: unknown }) => {
    const { interval = ASSUMED_INTERVAL, timeout = 0 } = input as Timing;
    return `(${formatDuration(timeout)}) must not be longer than the interval (${formatDuration(interval)})`;
  },
  /** Also when other keys are wrong, so that this problem is reported together with the rest. */
  when: ({ value, issues }: z.core.ParsePayload) =>
    typeof value === 'object' &&
    value !== null &&
    !issues.some(({ path }) => path?.[0] === 'interval' || path?.[0] === 'timeout'),
};

/** The timeout of a monitor that sets none. */
export function usualTimeout(interval: Milliseconds): Milliseconds {
  return Math.min(DEFAULT_TIMEOUT, interval);
}

/**
 * The name and id of a monitor: those it was given, else made from its target. `title` is what people would call the
 * target; `target` its address.
 */
export function identify(
  given: { readonly id?: string | undefined; readonly name?: string | undefined; readonly group: string | null },
  target: { readonly title: string; readonly address: string },
): { readonly id: string; readonly name: string } {
  const name = given.name ?? (target.title.slice(0, 200) || 'monitor');
  return { name, id: given.id ?? defaultMonitorId({ group: given.group, name, address: target.address }) };
}

/**
 * The id of a monitor that was given none: its group and name in the grammar of ids, or its address when those hold no
 * letter of that grammar.
 */
export function defaultMonitorId(of: {
  readonly group: string | null;
  readonly name: string;
  readonly address: string;
}): string {
  const named = slug(of.name) === '' ? shortUrl(of.address) : of.name;
  return slug(of.group === null ? named : `${of.group} ${named}`) || 'monitor';
}
