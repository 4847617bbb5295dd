import { z } from 'zod';
import { idField } from '../core/monitor/fields.ts';
import type { ReportPlan } from '../core/notify/settings.ts';
import { timeOfDayField, zone } from './hours-fields.ts';
import { matchField } from './match-field.ts';
import { tellField } from './policy-section.ts';

/** What a report is called that was given no id. */
const NAMES = { day: 'daily', week: 'weekly', month: 'monthly' } as const;

/** One report as a person writes it in. */
export const reportSchema = z
  .strictObject({
    id: idField().optional().meta({ description: 'What it is called: daily, weekly or monthly when left out.' }),
    for: matchField.prefault({}).meta({ description: 'The monitors it is about; every one when left out.' }),
    every: z.enum(['day', 'week', 'month']).meta({
      description: 'The period it tells of, when that is over: day, week (from Monday) or month.',
    }),
    at: timeOfDayField(1439).prefault('08:00').meta({ description: 'When it is sent, on the day after the period.' }),
    zone,
    tell: tellField.meta({ description: 'Ids of the channels it is sent to.' }),
  })
  .transform((read): ReportPlan => ({ ...read, id: read.id ?? NAMES[read.every] }));
