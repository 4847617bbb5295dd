import { wasSetBack } from '../../core/notify/clock-back.ts';
import type { TroubleEvent } from '../../core/trouble/event.ts';
import type { Desk } from './desk.ts';

/** A monitor whose parent came back is given so long to be seen well again before somebody is told that it is down, ms. */
const NEWS_WITHIN_MS = 30_000;
/** So often it is looked whether there is news, ms. */
export const LOOK_AGAIN_MS = 1000;

/**
 * Until when to wait for a result of a monitor that is newer than the recovery of its parent, ms since the epoch; `null`
 * when there is one, or it was waited for long enough.
 */
export function waitForNews({ context }: Desk, { kind, monitor: id, at }: TroubleEvent, now: number): number | null {
  const until = at + NEWS_WITHIN_MS;
  if (kind !== 'parent_recovered' || id === null || now >= until || wasSetBack(at, now)) return null;
  const monitor = context.family.monitor(id);
  if (monitor === undefined || monitor.isPush || context.family.newestSlotOf(monitor, now) >= at) return null;
  return Math.min(until, now + LOOK_AGAIN_MS);
}
