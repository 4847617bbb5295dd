import { Cron } from 'croner';
import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { formatDuration } from '../duration.ts';
import { suggesters } from '../schema-problems.ts';
import { closestZone, isZone } from '../time-zone.ts';
import { type MonitorBase, identify, identityFields } from './base.ts';
import { durationField, judged } from './fields.ts';
import type { MonitorKind } from './kind.ts';
import { troubleFields } from './trouble-fields.ts';

/** A job that reports by itself; that no report comes is the failure (a dead man's switch). */
export interface PushMonitor extends MonitorBase {
  readonly type: 'push';
  /** What a report names; whoever knows it can report. */
  readonly token: string;
  /** When reports are due instead of every `interval`: a cron pattern of five or six fields. */
  readonly cron: string | null;
  /** Of `cron`, an IANA name. */
  readonly time_zone: string;
  /** How late a report may be before the monitor is down. */
  readonly grace: Milliseconds;
  /** How long the job may run from its start to its end; `null` for no limit. */
  readonly max_runtime: Milliseconds | null;
}

const LONGEST: Milliseconds = 400 * 86_400_000;
const TOKEN = /^[A-Za-z0-9_-]{8,128}$/;

const fields = z.strictObject({
  type: z.literal('push').meta({ description: 'A job that reports by itself; no report is the failure.' }),
  token: z
    .string()
    .check(judged((text: string) => (TOKEN.test(text) ? undefined : 'must be 8 to 128 letters, digits, "-" and "_"')))
    .meta({ description: 'What reports name in their address; keep it secret: write ${BACKUP_TOKEN}.' }),
  ...identityFields,
  interval: durationField(1000, LONGEST)
    .optional()
    .meta({ description: 'How often a report is due, from 1s to 400d.' }),
  cron: z.string().max(200).check(judged(cronFault)).nullable().default(null).meta({
    description: 'When reports are due, as a cron pattern, instead of interval.',
  }),
  time_zone: z
    .string()
    .check(judged((zone: string) => (isZone(zone) ? undefined : 'is not a time zone such as Europe/Berlin')))
    .register(suggesters, { suggest: (input) => closestZone(String(input)) })
    .default('UTC')
    .meta({ description: 'The time zone of cron.' }),
  grace: durationField(0, LONGEST).prefault('1m').meta({ description: 'How late a report may be.' }),
  max_runtime: durationField(0, LONGEST).nullable().default(null).meta({
    description: 'How long a job may run, from its /start to its report; null or 0s for no limit.',
  }),
  ...troubleFields,
});

/** Where looking at a pattern begins, so that the same one always comes to the same: 2026-01-01. */
const REFERENCE = 1_767_225_600_000;
/** A pattern, or a nickname such as `@daily`; croner would also take one moment in time, which is no schedule. */
const CRON_FORM = /^\s*(?:@[a-z]+|[^\s@]+(?:\s+[^\s@]+){4,5})\s*$/i;

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

/** So many runs are looked at for the longest gap between two: more than a year of a weekly pattern. */
const RUNS_LOOKED_AT = 60;

/** The longest time between two runs of a pattern, ms. */
export function longestGap(pattern: string, zone: string): Milliseconds {
  const runs = new Cron(pattern, { paused: true, timezone: zone }).nextRuns(RUNS_LOOKED_AT, new Date(REFERENCE));
  let longest = 0;
  for (const [place, run] of runs.entries()) {
    const before = runs[place - 1];
    if (before !== undefined) longest = Math.max(longest, run.getTime() - before.getTime());
  }
  return longest === 0 ? LONGEST : longest;
}

const schema = fields
  .superRefine(({ interval, cron }, context) => {
    if (interval !== undefined && cron !== null) {
      context.addIssue({ code: 'custom', path: ['cron'], message: 'and interval exclude each other' });
    }
    if (interval === undefined && cron === null) {
      context.addIssue({ code: 'custom', path: ['interval'], message: 'is missing (or cron)', input: undefined });
    }
  })
  .transform((read): PushMonitor => {
    const interval = read.cron === null ? (read.interval ?? LONGEST) : longestGap(read.cron, read.time_zone);
    const named = identify(read, { title: `push ${formatDuration(interval)}`, address: '' });
    const max_runtime = read.max_runtime === 0 ? null : read.max_runtime;
    const filled = { ...named, interval, max_runtime, timeout: 0 };
    return { ...filled, ...read, ...filled };
  });

export const PUSH: MonitorKind<PushMonitor> = {
  type: 'push',
  fields,
  schema,
  smallest: { type: 'push', token: 'xxxxxxxx', interval: '1d' },
  unfilled(monitor) {
    const { timeout: _, interval, ...given } = monitor;
    return monitor.cron === null ? { ...given, interval } : given;
  },
  schemes: [],
  fromUrl: () => 'cannot stand for a job that reports by itself',
  target: () => 'push',
  host: () => null,
};
