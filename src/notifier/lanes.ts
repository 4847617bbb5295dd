import { breakerAfterFailure, type Breaker, CLOSED_BREAKER, isOpen } from '../core/notify/backoff.ts';
import type { DeliveryAnswer, ReadyNotification } from '../core/notify/message.ts';

/** Messages under way to one channel at a time: one that hangs takes that many places and no other channel's. */
export const MOST_TO_A_CHANNEL = 4;

interface Lane {
  /** By key: what happened first is told first. */
  readonly waiting: Map<number, ReadyNotification>;
  readonly underWay: Map<number, ReadyNotification>;
  breaker: Breaker;
}

/**
 * Which messages may go now. Each channel has a lane of its own: a few at once, of one incident one after the other, none
 * while its circuit is open, and a single one to try it again.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** Takes in a message. One that waits already takes on its newest form; one that is under way is left alone. */
  add(ready: ReadyNotification): void {
    const lane = this.#laneOf(ready.channel);
    if (!lane.underWay.has(ready.key)) lane.waiting.set(ready.key, ready);
  }

  /** Takes out what may go now, ms since the epoch; from here on it is under way. */
  next(now: number): ReadyNotification[] {
    return [...this.#lanes.values()].flatMap((lane) => nextOf(lane, now));
  }

  /** When the first circuit behind which something waits is tried again, ms since the epoch; `null` when there is none. */
  get nextAt(): number | null {
    const moments = [...this.#lanes.values()].flatMap(({ waiting, breaker }) =>
      waiting.size > 0 && breaker.openUntil !== null ? [breaker.openUntil] : [],
    );
    return moments.length === 0 ? null : Math.min(...moments);
  }

  /** What a channel answered counts at once: what waits for it need not learn the same. */
  answered(channel: string, outcome: DeliveryAnswer['outcome'], now: number): void {
    const lane = this.#laneOf(channel);
    if (outcome === 'delivered') lane.breaker = CLOSED_BREAKER;
    else if (outcome === 'failed') lane.breaker = breakerAfterFailure(lane.breaker, now);
  }

  /**
   * A message is settled, or was broken off. Later messages of an incident whose message was not taken are forgotten: what
   * they should say is decided anew, and they are handed out again.
   */
  finish(ready: ReadyNotification, outcome: DeliveryAnswer['outcome'] | 'broken_off'): void {
    const lane = this.#laneOf(ready.channel);
    lane.underWay.delete(ready.key);
    if (outcome === 'delivered' || outcome === 'refused' || ready.message.incident === null) return;
    for (const other of lane.waiting.values()) {
      if (other.message.incident === ready.message.incident) lane.waiting.delete(other.key);
    }
  }

  /** How many messages wait here and are under way. */
  get size(): { readonly waiting: number; readonly underWay: number } {
    let [waiting, underWay] = [0, 0];
    for (const lane of this.#lanes.values()) {
      waiting += lane.waiting.size;
      underWay += lane.underWay.size;
    }
    return { waiting, underWay };
  }

  #laneOf(channel: string): Lane {
    const known = this.#lanes.get(channel);
    if (known !== undefined) return known;
    const lane: Lane = { waiting: new Map(), underWay: new Map(), breaker: CLOSED_BREAKER };
    this.#lanes.set(channel, lane);
    return lane;
  }
}

function nextOf(lane: Lane, now: number): ReadyNotification[] {
  const { waiting, underWay, breaker } = lane;
  if (waiting.size === 0 || isOpen(breaker, now)) return [];
  const places = (breaker.openUntil === null ? MOST_TO_A_CHANNEL : 1) - underWay.size;
  const busy = new Set([...underWay.values()].map(({ message }) => message.incident));
  const taken: ReadyNotification[] = [];
  for (const ready of [...waiting.values()].toSorted((a, b) => a.key - b.key)) {
    if (taken.length >= places) break;
    const { incident } = ready.message;
    if (incident !== null && busy.has(incident)) continue;
    busy.add(incident);
    waiting.delete(ready.key);
    underWay.set(ready.key, ready);
    taken.push(ready);
  }
  return taken;
}
