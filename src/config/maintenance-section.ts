import { z } from 'zod';
import { type Milliseconds, formatDuration, parseDuration } from '../core/duration.ts';
import type { MaintenancePlan, MaintenanceTimes } from '../core/maintenance/plan.ts';
import { durationField, idField, labelField, slug } from '../core/monitor/fields.ts';
import { cronField, longestPause } from '../core/monitor/schedule-fields.ts';
import { parseMoment } from '../core/time-window.ts';
import { daysField, timeOfDayField, zone } from './hours-fields.ts';
import { matchField } from './match-field.ts';

const MINUTE: Milliseconds = 60_000;
const DAY = 1440 * MINUTE;
const LONGEST = 31 * DAY;
const LONGEST_ONCE = 366 * DAY;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const moment = z.string().meta({ examples: ['2026-12-01T22:00:00+01:00', '2026-12-01 22:00'] });

const keys = z.strictObject({
  id: idField().optional().meta({ description: 'Made from the name when left out.' }),
  name: labelField(200).meta({ description: 'What it is about, 1 to 200 characters.' }),
  for: matchField.prefault({}).meta({ description: 'The monitors it is for; every one when left out.' }),
  start: moment.optional().meta({
    description: 'When it begins, once: 2026-12-01T22:00:00+01:00, or 2026-12-01 22:00 on the clocks of zone.',
  }),
  end: moment.optional().meta({ description: 'When it ends, as start.' }),
  cron: cronField().optional().meta({ description: 'When it begins again and again, as a cron pattern.' }),
  days: daysField.optional().meta({
    description: 'The days on which it begins every week: sun, or [tue, thu]; every day when left out.',
  }),
  at: timeOfDayField(1439).optional().meta({ description: 'When it begins on those days, such as "03:00".' }),
  duration: durationField(MINUTE, LONGEST).optional().meta({ description: 'How long it lasts, from 1m to 31d.' }),
  zone,
});

type Written = z.output<typeof keys>;
type Key = keyof Written;
/** What is wrong with a key, worded to follow its name. */
interface Fault {
  readonly key: Key;
  readonly message: string;
}

/** The keys that each kind of times is told by. */
const KINDS = { once: ['start', 'end'], cron: ['cron'], weekly: ['days', 'at'] } as const;

/** One plan of maintenance as a person writes it in. */
export const maintenanceSchema = keys.transform((written, context): MaintenancePlan => {
  const times = timesOf(written);
  if ('key' in times) {
    context.issues.push({ code: 'custom', path: [times.key], input: written, message: times.message });
    return z.NEVER;
  }
  const { id, name } = written;
  return { id: id ?? (slug(name) || 'maintenance'), name, for: written.for, times };
});

function timesOf(written: Written): MaintenanceTimes | Fault {
  const given = Object.values(KINDS).map((names) => names.find((name) => written[name] !== undefined));
  const [first, second] = given.filter((name) => name !== undefined);
  if (first === undefined) {
    const message = 'is missing: write start and end, or cron and duration, or days, at and duration';
    return { key: 'start', message };
  }
  if (second !== undefined) return { key: second, message: `and ${first} exclude each other` };
  if (first === 'start' || first === 'end') return onceOf(written);
  return first === 'cron' ? cronOf(written) : weeklyOf(written);
}

function onceOf({ start, end, duration, zone }: Written): MaintenanceTimes | Fault {
  if (start === undefined) return { key: 'start', message: 'is missing: end says only when it ends' };
  if (end === undefined && duration === undefined) return { key: 'end', message: 'is missing (or duration)' };
  if (end !== undefined && duration !== undefined) return { key: 'duration', message: 'and end exclude each other' };
  const message = 'must be a time such as 2026-12-01T22:00:00+01:00, or 2026-12-01 22:00 on the clocks of zone';
  const begins = momentOf(start, zone);
  if (begins === undefined) return { key: 'start', message };
  const ends = end === undefined ? begins + (duration ?? 0) : momentOf(end, zone);
  if (ends === undefined) return { key: 'end', message };
  if (ends <= begins) return { key: 'end', message: 'must be after start' };
  if (ends - begins > LONGEST_ONCE) {
    return { key: 'end', message: 'must not be more than 366 days after start; enabled: false switches a monitor off' };
  }
  return { kind: 'once', start: begins, end: ends };
}

/** A date alone would leave open whether the day is meant to count. */
function momentOf(text: string, zone: string): number | undefined {
  const written = text.trim();
  if (parseDuration(written) !== undefined || !written.includes(':')) return undefined;
  return parseMoment(written, 0, zone);
}

function cronOf({ cron = '', duration, zone }: Written): MaintenanceTimes | Fault {
  if (duration === undefined) return { key: 'duration', message: 'is missing: how long it lasts each time' };
  const pause = longestPause(cron, zone);
  if (pause !== undefined && duration >= pause) return endless(duration, pause);
  return { kind: 'cron', cron, duration, zone };
}

function weeklyOf({ days = EVERY_DAY, at, duration, zone }: Written): MaintenanceTimes | Fault {
  if (at === undefined) return { key: 'at', message: 'is missing: when it begins on those days' };
  if (duration === undefined) return { key: 'duration', message: 'is missing: how long it lasts each time' };
  const first = days[0] ?? 1;
  const pauses = days.map((day, place) => ((days[place + 1] ?? first + 7) - day) * DAY);
  const pause = Math.max(...pauses);
  return duration >= pause ? endless(duration, pause) : { kind: 'weekly', days, at, duration, zone };
}

function endless(duration: Milliseconds, pause: Milliseconds): Fault {
  const message = `(${formatDuration(duration)}) would never end: it begins again after ${formatDuration(pause)}`;
  return { key: 'duration', message: `${message}; enabled: false switches a monitor off` };
}
