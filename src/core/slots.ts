import type { Milliseconds } from './duration.ts';

/**
 * When a monitor is due, as pure functions of time: a slot is `floor((t - offset) / interval) * interval + offset`.
 * Nothing is stored, so a restart, a lost queue or a second process comes to the same slots.
 */

/**
 * The monitor's place within its interval, 0 to `interval - 1` whole milliseconds, from a hash of its id. Checks of
 * many monitors so spread evenly over the interval, and each keeps its phase for ever.
 */
export function slotOffset(id: string, interval: Milliseconds): Milliseconds {
  return Math.floor((hash32(id) / 0x1_0000_0000) * interval);
}

/** The newest slot at or before `time` (ms since the epoch). */
export function slotAtOrBefore(time: number, interval: Milliseconds, offset: Milliseconds): number {
  return Math.floor((time - offset) / interval) * interval + offset;
}

/** The first slot after `time` (ms since the epoch). */
export function slotAfter(time: number, interval: Milliseconds, offset: Milliseconds): number {
  return slotAtOrBefore(time, interval, offset) + interval;
}

/**
 * FNV-1a over UTF-16 units, then the finaliser of MurmurHash3 (fmix32): FNV alone leaves ids that differ in their
 * last letter close together in the high bits, which are the ones an offset is made of.
 */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
