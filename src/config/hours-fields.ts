import { z } from 'zod';
import { judged, listOf, refuse } from '../core/monitor/fields.ts';
import { zoneField } from '../core/monitor/schedule-fields.ts';
import { endOf } from '../core/notify/hours.ts';
import type { Hours } from '../core/notify/policy.ts';
import { suggesters } from '../core/schema-problems.ts';
import { SEVERITIES } from '../core/trouble/event.ts';

const DAY_MINUTES = 1440;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const EVERY_DAY = 'mon-sun';

/** Minutes since midnight, written `22:00`, from 0 to `latest`. */
export function timeOfDayField(latest: number) {
  const message = 'must be a time of day such as "08:00" or "22:30"';
  return z
    .codec(z.string({ error: givenAs(message) }).meta({ pattern: '^[0-9]{1,2}:[0-9]{2}$' }), z.number(), {
      decode(text, context) {
        const minutes = readTime(text);
        return minutes === undefined || minutes > latest ? refuse(context, text, message) : minutes;
      },
      encode: timeText,
    })
    .register(suggesters, { suggest: suggestTime });
}

function givenAs(message: string): z.core.$ZodErrorMap {
  return ({ input }) => (input === undefined || input === null ? undefined : message);
}

function readTime(text: string): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim()) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return hour === undefined || minutes > DAY_MINUTES ? undefined : minutes;
}

function timeText(minutes: number): string {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** `8`, `8am`, `8.30 pm` and `22h` are what people also write. */
function suggestTime(input: unknown): string | undefined {
  const written = String(input).trim().toLowerCase();
  const [, hour, minute = '0', half] = /^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|h|uhr)?$/.exec(written) ?? [];
  if (hour === undefined) return undefined;
  const afternoon = half === 'pm' && Number(hour) < 12 ? 12 : 0;
  const minutes = (Number(hour) + afternoon) * 60 + Number(minute);
  return Number(minute) < 60 && minutes < DAY_MINUTES ? JSON.stringify(timeText(minutes)) : undefined;
}

const someDays = z
  .string()
  .check(
    judged((text: string) => (daysOf(text).length > 0 ? undefined : 'must be a day or days such as mon or mon-fri')),
  )
  .register(suggesters, { suggest: suggestDays });

/** Days of the week, 1 for Monday to 7 for Sunday, sorted: `mon-fri`, `[mon, wed, sat-sun]`. */
export const daysField = listOf(someDays, DAYS.length)
  .refine((list) => list.length > 0, 'must not be empty')
  .transform((list): readonly number[] => [...new Set(list.flatMap(daysOf))].toSorted((a, b) => a - b));

function daysOf(text: string): number[] {
  const [first, last, ...others] = text.split('-').map((name) => (DAYS as readonly string[]).indexOf(name.trim()) + 1);
  if (first === undefined || first === 0 || last === 0 || others.length > 0) return [];
  const length = ((((last ?? first) - first) % DAYS.length) + DAYS.length) % DAYS.length;
  return Array.from({ length: length + 1 }, (_, step) => ((first - 1 + step) % DAYS.length) + 1);
}

function suggestDays(input: unknown): string | undefined {
  const written = String(input).trim().toLowerCase();
  if (/^(?:week|work|business) ?days?$/.test(written)) return 'mon-fri';
  if (/^week-?ends?$/.test(written)) return 'sat-sun';
  if (/^(?:daily|all|every ?day|\*)$/.test(written)) return EVERY_DAY;
  const short = written
    .split(/\s*(?:-|–|to)\s*/)
    .map((name) => name.slice(0, 3))
    .join('-');
  return daysOf(short).length > 0 ? short : undefined;
}

/** The zone in which hours, days and patterns are meant. */
export const zone = zoneField().default('UTC').meta({
  description: 'The time zone in which that is meant, such as Europe/Berlin; UTC when left out.',
});

const hoursKeys = {
  days: daysField.prefault(EVERY_DAY).meta({
    description:
      'The days on which the hours begin: mon-fri, or a list such as [mon, sat-sun]. Every day when left out.',
  }),
  from: timeOfDayField(DAY_MINUTES - 1)
    .prefault('00:00')
    .meta({ description: 'When the hours begin, such as "22:00"; midnight when left out.' }),
  to: timeOfDayField(DAY_MINUTES)
    .prefault('24:00')
    .meta({ description: 'When they end, such as "07:00"; on the next day when that is not after from.' }),
  zone,
};

interface WrittenHours {
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

const SAME_TIMES = {
  path: ['to'],
  error: 'must not be the same as from; a whole day is from "00:00" to "24:00"',
};

function differs({ from, to }: WrittenHours): boolean {
  return from !== midnightAsEnd(to);
}

function midnightAsEnd(to: number): number {
  return to === 0 ? DAY_MINUTES : to;
}

function hoursOf({ days, from, to, zone }: WrittenHours): Hours {
  return { days, from, to: midnightAsEnd(to), zone };
}

/** Hours of the week. */
export const hoursField = z.strictObject(hoursKeys).refine(differs, SAME_TIMES).transform(hoursOf);

/** Any moment does: hours without end hold all of them. */
const ANY_MOMENT = 1_767_225_600_000;

/** Hours in which messages are held. They must end, or what is held would never be told. */
export const quietField = z
  .strictObject({
    ...hoursKeys,
    except: listOf(z.enum(SEVERITIES), SEVERITIES.length)
      .prefault([])
      .meta({ description: 'Severities that are told all the same, such as critical.' }),
  })
  .refine(differs, SAME_TIMES)
  .refine((written) => !differs(written) || endOf(hoursOf(written), ANY_MOMENT) !== null, {
    error: 'must leave some time free: what is held would never be told',
  })
  .transform((written) => ({ ...hoursOf(written), except: written.except }));
