import { Cron } from 'croner';
import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { suggesters } from '../schema-problems.ts';
import { closestZone, isZone } from '../time-zone.ts';
import { judged } from './fields.ts';

/** Where looking at a pattern begins, so that the same one always comes to the same: 2026-01-01. */
const REFERENCE = 1_767_225_600_000;
/** A pattern, or a nickname such as `@daily`; croner would also take one moment in time, which is no schedule. */
const CRON_FORM = /^\s*(?:@[a-z]+|[^\s@]+(?:\s+[^\s@]+){4,5})\s*$/i;
/** So many runs are looked at for the longest gap between two: more than a year of a weekly pattern. */
const RUNS_LOOKED_AT = 60;

/** The name of a time zone (IANA). */
export function zoneField() {
  return z
    .string()
    .check(judged((zone: string) => (isZone(zone) ? undefined : 'is not a time zone such as Europe/Berlin')))
    .register(suggesters, { suggest: (input) => closestZone(String(input)) });
}

/** A cron pattern of five or six fields. */
export function cronField() {
  return z.string().max(200).check(judged(cronFault));
}

function cronFault(pattern: string): string | undefined {
  const fault = 'is not a cron pattern such as "30 2 * * *" (minute hour day month weekday)';
  if (!CRON_FORM.test(pattern)) return fault;
  try {
    const next = new Cron(pattern, { paused: true, timezone: 'UTC' }).nextRun(new Date(REFERENCE));
    return next === null ? 'never comes' : undefined;
  } catch {
    return fault;
  }
}

/** The longest time between two runs of a pattern among the next runs, ms; `undefined` when it comes only once. */
export function longestPause(pattern: string, zone: string): Milliseconds | undefined {
  const runs = new Cron(pattern, { paused: true, timezone: zone }).nextRuns(RUNS_LOOKED_AT, new Date(REFERENCE));
  let longest: Milliseconds | undefined;
  for (const [place, run] of runs.entries()) {
    const before = runs[place - 1];
    if (before !== undefined) longest = Math.max(longest ?? 0, run.getTime() - before.getTime());
  }
  return longest;
}
