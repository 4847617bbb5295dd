import { z } from 'zod';
import { GROUP_RULES } from '../core/history/objective.ts';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';
import { PERIOD_UNITS } from '../core/time-zone.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC');
const milliseconds = z.number().nullable();
const share = z.number().nullable().describe('0 to 1; null when nothing was observed');

const range = { label: z.string(), from: time, to: time };

const uptime = {
  uptime: share.describe('Time up or degraded over time observed; null when nothing was observed'),
  observed: z.number().describe('Time observed outside of maintenance over all of the time'),
  maintenance: z.number().describe('Time in maintenance over all of the time'),
  observed_seconds: z.number(),
  degraded_seconds: z.number(),
  down_seconds: z.number(),
  unknown_seconds: z.number().describe('All of the time less the time observed and that in maintenance'),
  maintenance_seconds: z.number().describe('Part of none of the others'),
};

const stretches = z.object({
  count: z.int().describe('Without those of which all lies in maintenance'),
  seconds: z.number().describe('Within the period, outside of maintenance'),
  longest_seconds: z.number(),
});

const latency = z.object({
  count: z.int().describe('Checks that found the target up or degraded'),
  mean_ms: milliseconds,
  p50_ms: milliseconds,
  p95_ms: milliseconds,
  p99_ms: milliseconds,
});

const incident = z.object({
  status: z.enum(['down', 'degraded']),
  from: time.describe('When it began, even if before the period'),
  to: time.nullable().describe('When it ended, even if after the period; null while it lasts'),
  seconds: z.number().describe('How much of it lies within the period'),
  maintenance_seconds: z.number().describe('How much of that lies in maintenance'),
  began_before: z.boolean(),
  goes_on: z.boolean().describe('Whether it went on beyond the period, or lasts still'),
  ended_in: z.enum(STATUSES).nullable().describe('What came after it; unknown when nobody saw how it ended'),
  reason: z.enum(Object.keys(REASONS) as [keyof typeof REASONS]).nullable(),
});

const step = z.object({ label: z.string(), ...uptime, p95_ms: milliseconds });

const objective = z
  .object({
    target: z.number().describe('Percent'),
    met: z.boolean().nullable().describe('Over this period; null when nothing was observed'),
    allowed_down_seconds: z.number(),
  })
  .nullable();

const groupReport = z.object({
  group: z.string(),
  rule: z.enum(GROUP_RULES).describe('By which the group is down as a whole'),
  monitors: z.int(),
  ...uptime,
  objective,
});

const monitorReport = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    target: z.string().describe('Without credentials and query values'),
    group: z.string().nullable(),
    from: time.describe('When it came, if within the period; all figures are from here'),
    to: time.describe('When it was removed, if within the period; all figures are up to here'),
    ...uptime,
    outages: stretches.describe('Stretches of down'),
    degradations: stretches.describe('Stretches of degraded'),
    mttr_seconds: z.number().nullable().describe('Down time by outage; null without one'),
    mtbf_seconds: z.number().nullable().describe('Time not down by outage; null without one'),
    latency,
    previous: z.object({ uptime: share, latency }).describe('The same of the period before'),
    objective,
    steps: z.array(step).describe('By day, or by week or month, as `period.step` says'),
    incidents: z.array(incident).describe('In order of time'),
  })
  .meta({ id: 'MonitorReport' });

/** The shape of a report about a period. */
export const periodReportSchema = z
  .object({
    period: z.object({
      ...range,
      until: time.describe('Up to where the figures go: `to`, or now in a period that is not over'),
      complete: z.boolean(),
      zone: z.string(),
      step: z.enum(PERIOD_UNITS),
      made_at: time,
    }),
    previous: z.object(range).describe('What changes are measured against'),
    overall: z.object({
      monitors: z.int(),
      ...uptime,
      previous_uptime: share,
      outages: stretches,
      degradations: stretches,
      objectives: z.object({ met: z.int(), missed: z.int() }),
    }),
    groups: z
      .array(groupReport)
      .describe(
        'Groups of which the configuration says something, as a whole; none when only some monitors were asked for',
      ),
    monitors: z.array(monitorReport).describe('By group and name; those without a group last'),
  })
  .meta({ id: 'PeriodReport' });
