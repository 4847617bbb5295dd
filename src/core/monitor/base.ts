import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { durationRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import type { Objective } from '../history/objective.ts';
import type { Retention } from '../history/retention.ts';
import type { Severity } from '../trouble/event.ts';
import { idField, labelField, slug, tagsField } from './fields.ts';
import { objectiveField, retentionField } from './history-fields.ts';
import { shortUrl } from './target-url.ts';
import { type FlappingLimit, degradedAfter, retryFields, troubleFields } from './trouble-fields.ts';
import { timingFields } from './timing.ts';

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
  /** So many good results in a row end an outage; 1 to 100. */
  readonly recover_after: number;
  /** So many changes of status are told once, as flapping; `null` tells each. */
  readonly flapping: FlappingLimit | null;
  /** Ids of monitors without which this one cannot be reached. */
  readonly depends_on: readonly string[];
  /** How grave it is when the target is down. */
  readonly severity: Severity;
}

/** What every monitor has that is checked again and again. */
export interface CheckedMonitor extends MonitorBase {
  /** So many checks after a failure must fail too before the target is down; 0 to 20. */
  readonly retries: number;
  /** From a failure to the check that is run again; not longer than the interval. */
  readonly retry_interval: Milliseconds;
  /** How often the target is checked while it is down; `null` for as often as always. */
  readonly interval_down: Milliseconds | null;
  readonly degraded: DegradedLimits;
}

/** Softer limits: a target that passes one is up, but degraded. */
export interface DegradedLimits {
  /** So many degraded results in a row make the status degraded; 1 to 100. */
  readonly after: number;
}

/** The softer limits of a target whose checks are timed. */
export interface TimedLimits extends DegradedLimits {
  readonly response_time: NumberRule | null;
}

const HOUR: Milliseconds = 3_600_000;

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
  name: labelField(200).optional().meta({
    description:
      'What people call it, 1 to 200 characters. The id when left out, or the short form of the target without one.',
  }),
  group: group.default(null),
  tags: tags.prefault({}),
  enabled: enabled.default(true),
  slo: slo.default(null),
  retention: retention.default(null),
};

/** The keys of a monitor that is checked again and again. */
export const checkedFields = { ...timingFields, ...retryFields, ...troubleFields };

/** Softer limits, which every type that is timed has. */
export const degradedField = z
  .strictObject({
    response_time: durationRuleField(HOUR)
      .nullable()
      .default(null)
      .meta({ description: 'How long the whole check may take before the target counts as degraded.' }),
    after: degradedAfter,
  })
  .prefault({})
  .meta({ description: 'Softer limits: a target that passes one is up, but degraded.' });

/**
 * The name and id of a monitor: those it was given. Without a name it is called by its id; without both, by its target.
 * `title` is what people would call the target; `address` is where it is.
 */
export function identify(
  given: { readonly id?: string | undefined; readonly name?: string | undefined; readonly group: string | null },
  target: { readonly title: string; readonly address: string },
): { readonly id: string; readonly name: string } {
  const name = given.name ?? given.id ?? (target.title.slice(0, 200) || 'monitor');
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
