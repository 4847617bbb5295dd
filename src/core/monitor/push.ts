import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { formatDuration } from '../duration.ts';
import { type MonitorBase, identify, identityFields } from './base.ts';
import { durationField, judged } from './fields.ts';
import type { MonitorKind } from './kind.ts';
import { cronField, longestPause, zoneField } from './schedule-fields.ts';
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
  cron: cronField().nullable().default(null).meta({
    description: 'When reports are due, as a cron pattern, instead of interval.',
  }),
  time_zone: zoneField().default('UTC').meta({ description: 'The time zone of cron.' }),
  grace: durationField(0, LONGEST).prefault('1m').meta({ description: 'How late a report may be.' }),
  max_runtime: durationField(0, LONGEST).nullable().default(null).meta({
    description: 'How long a job may run, from its /start to its report; null or 0s for no limit.',
  }),
  ...troubleFields,
});

/** The longest time between two runs of a pattern, ms. */
export function longestGap(pattern: string, zone: string): Milliseconds {
  return longestPause(pattern, zone) ?? LONGEST;
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
