import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { SEVERITIES } from '../trouble/event.ts';
import { USUAL_RULES } from '../trouble/rules.ts';
import { durationField, idField, listOf, orOff } from './fields.ts';

const MOST_RETRIES = 20;
const MOST_IN_A_ROW = 100;
const MOST_CHANGES = 1000;
const MOST_PARENTS = 100;

/** So many changes of status within the window are flapping. */
export interface FlappingLimit {
  readonly changes: number;
  readonly window: Milliseconds;
}

export const retries = z.int().min(0).max(MOST_RETRIES).meta({
  description: 'So many checks after a failure must fail too before the target is down, 0 to 20.',
});
export const recoverAfter = z.int().min(1).max(MOST_IN_A_ROW).meta({
  description: 'So many good checks in a row end an outage, 1 to 100.',
});
export const degradedAfter = z.int().min(1).max(MOST_IN_A_ROW).default(USUAL_RULES.degradedAfter).meta({
  description: 'So many degraded checks in a row make the status degraded, 1 to 100.',
});
export const severity = z.enum(SEVERITIES).meta({
  description: 'How grave it is when the target is down: critical, warning or info. Policies can choose by it.',
});

const limit = z.strictObject({
  changes: z.int().min(2).max(MOST_CHANGES).default(6).meta({
    description: 'So many changes between good and bad within the window are flapping, 2 to 1000.',
  }),
  window: durationField(1000, 7 * 86_400_000)
    .prefault('30m')
    .meta({ description: 'In which the changes are counted, and how long calm must last; from 1s to 7d.' }),
});

/** When changes of status are flapping; `null` never calls them so. */
export const flapping = orOff(limit, 'must be off, or a map with changes and window').meta({
  description: 'When changes of status are told once, as flapping, instead of one by one; off for never.',
});

/** Whether others exist, and do not depend on this one, is only known where all monitors are. */
export const dependsOn = listOf(idField(), MOST_PARENTS).meta({
  description:
    'Ids of monitors without which this one cannot be reached: while one of them is down, nobody is told of this one.',
});

/** The keys about trouble that every monitor has. */
export const troubleFields = {
  recover_after: recoverAfter.default(USUAL_RULES.recoverAfter),
  flapping: flapping.prefault({}),
  depends_on: dependsOn.prefault([]),
  severity: severity.default('critical'),
};

/** Those of a monitor that can be checked again at will. */
export const retryFields = { retries: retries.default(USUAL_RULES.retries) };
