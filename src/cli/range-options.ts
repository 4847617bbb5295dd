import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseMoment, parsePeriod } from '../core/time-window.ts';
import { PERIOD_UNITS, zoneFault } from '../core/time-zone.ts';
import type { RangesRequest } from '../query/asked-ranges.ts';
import { readWindows, sentence } from './history-options.ts';

/** Which time a command is about. Texts stay as they are, because a server reads them by its own clock. */
export interface RangeOptions {
  readonly window?: string;
  readonly from?: string;
  readonly to?: string;
  readonly period?: string;
  readonly zone?: string;
}

/** Adds the options of commands that look at any stretch of time; `usual` are the windows when none is given. */
export function withRangeOptions(command: Command, usual: string): Command {
  return command
    .addOption(
      new Option('-w, --window <windows>', `windows that end now, such as 1h or 24h,7d (default: ${usual})`)
        .argParser(readWindows)
        .conflicts(['from', 'to', 'period']),
    )
    .addOption(
      new Option('--from <time>', 'a time, a date, or a duration ago').argParser(readMomentOfZone).conflicts('period'),
    )
    .addOption(new Option('--to <time>', 'its end; now when left out').argParser(readMomentOfZone).conflicts('period'))
    .addOption(new Option('--period <period>', '2026, 2026-Q4, 2026-10, 2026-W43 or 2026-10-25').argParser(readPeriod))
    .addOption(
      new Option('--zone <zone>', 'the time zone of periods and dates, such as Europe/Berlin (default: UTC)').argParser(
        readZone,
      ),
    );
}

/** The option that cuts time into periods of the calendar. */
export function byOption(): Option {
  return new Option('--by <unit>', 'figures of each of these').choices(PERIOD_UNITS);
}

/** What the options ask for. */
export function rangesOf({ window, from, to, period, zone }: RangeOptions, by?: string): RangesRequest {
  return { window, from, to, period, zone, by };
}

function readMomentOfZone(text: string): string {
  // Any zone will do to see whether it is a time.
  if (parseMoment(text, 0, 'UTC') !== undefined) return text;
  throw new InvalidArgumentError('It must be a duration such as 1h, a date, or a time such as 2026-11-23T12:00:00Z.');
}

function readPeriod(text: string): string {
  const read = parsePeriod(text, 'UTC');
  if ('fault' in read) throw new InvalidArgumentError(sentence(read.fault));
  return text;
}

function readZone(text: string): string {
  const fault = zoneFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(sentence(fault));
  return text;
}
