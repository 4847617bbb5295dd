import { closest } from '../core/closest.ts';
import { AppError } from '../core/errors.ts';
import { GROUP_RULES, type GroupRule } from '../core/history/objective.ts';
import { readRanges, type RangesRequest } from './asked-ranges.ts';
import type { AvailabilityQuestion } from './availability.ts';

/** Which monitors as a whole, by which rule, over which time; over `24h,7d,30d` when nothing is said of the time. */
export interface AvailabilityRequest extends RangesRequest {
  /** The monitors of a group; those of every group when neither is given. */
  readonly group?: string | undefined;
  /** The monitors with a tag: `team=payments`, or `team` with any value. */
  readonly tag?: string | undefined;
  /** Instead of what the configuration says of the group: `any_down`, `all_down` or `weighted`. */
  readonly rule?: string | undefined;
}

const USUAL_WINDOWS = '24h,7d,30d';

/** What a request means at a moment. Throws `bad_request`. */
export function readAvailability(request: AvailabilityRequest, now: number): AvailabilityQuestion {
  const { group, tag, rule, ...words } = request;
  if (group !== undefined && tag !== undefined) {
    throw new AppError('bad_request', 'only one can be given of group and tag');
  }
  return { group, tag, rule: readRule(rule), ...readRanges(words, USUAL_WINDOWS, now), now };
}

function readRule(rule: string | undefined): GroupRule | undefined {
  const known = GROUP_RULES.find((name) => name === rule);
  if (known !== undefined || rule === undefined) return known;
  const meant = closest(rule, GROUP_RULES);
  const message = `rule: "${rule.slice(0, 40)}" is not one of ${GROUP_RULES.join(', ')}`;
  throw new AppError('bad_request', message, meant === undefined ? {} : { hint: `Did you mean "${meant}"?` });
}
