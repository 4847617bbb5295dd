import { z } from 'zod';

const time = z.iso.datetime().describe('RFC 3339, UTC');

const figures = {
  uptime: z.number().nullable().describe('Time up or degraded over time observed; null when nothing was observed'),
  observed: z.number().describe('Time observed outside of maintenance over the whole window'),
  maintenance: z.number().describe('Time in maintenance over the whole window'),
  observed_seconds: z.number(),
  degraded_seconds: z.number(),
  down_seconds: z.number(),
  unknown_seconds: z.number().describe('The window less the time observed and that in maintenance'),
  maintenance_seconds: z.number().describe('Part of none of the others'),
};

const uptimePeriodSchema = z
  .object({
    label: z.string().describe('`2026-10-25`, `2026-W43`, `2026-10`, `2026-Q4` or `2026`'),
    from: time,
    to: time,
    ...figures,
  })
  .meta({ id: 'UptimePeriod' });

/** Figures over one window, by the name of the window. */
export const uptimeWindowsSchema = z.record(
  z.string(),
  z
    .object({
      from: time,
      to: time,
      ...figures,
      periods: z
        .array(uptimePeriodSchema)
        .optional()
        .describe('With `by`: each period of the calendar, as far as it lies within the window'),
    })
    .meta({ id: 'UptimeWindow' }),
);

/** What each status counts as in an uptime figure. */
export const uptimePolicySchema = z
  .object({
    degraded: z.literal('up'),
    unknown: z.literal('excluded').describe('Neither up nor down'),
    maintenance: z.literal('excluded').describe('Time in maintenance is neither, however the monitor stood'),
  })
  .meta({ id: 'UptimePolicy' });

export const uptimeSchema = z.object({
  policy: uptimePolicySchema,
  monitors: z.array(z.object({ id: z.string(), windows: uptimeWindowsSchema })),
});
