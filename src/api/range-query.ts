import { z } from 'zod';
import { PERIOD_UNITS } from '../core/time-zone.ts';

const moment = z.string().max(50);

/** What a request may say of the time it is about; `readRanges` of the query room reads it. */
export const rangeFields = {
  window: z
    .string()
    .max(500)
    .optional()
    .describe('Windows that end now: `24h`, `7d` or `24h,7d,30d`; instead of `from` and `to`, or `period`'),
  from: moment.optional().describe('A duration ago (`1h`), a date, or RFC 3339'),
  to: moment.optional().describe('As `from`; now when left out'),
  period: z.string().max(20).optional().describe('`2026`, `2026-Q4`, `2026-10`, `2026-W43` or `2026-10-25`'),
  zone: z
    .string()
    .max(100)
    .optional()
    .describe('The time zone of periods and of dates without an offset, such as `Europe/Berlin`; UTC when left out'),
};

/** What it may be cut into. */
export const byField = z.enum(PERIOD_UNITS).optional().describe('Figures also for each of these');
