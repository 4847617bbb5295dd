import type { Milliseconds } from '../../core/duration.ts';
import { EmbeddedConnection } from './connection.ts';
import { hasJobToGive, wakeForRoom } from './state/queue-state.ts';

/** The part of a backend that is about the queue as a whole: its settings, its rate limit and its event stream. */
export abstract class EmbeddedSettings extends EmbeddedConnection {
  async setQueueMeta(values: Record<string, string | number>): Promise<number> {
    const { queue } = this;
    const added = queue.meta.set(values);
    queue.events.maxLength = queue.meta.maxEvents;
    if (hasJobToGive(queue)) wakeForRoom(queue);
    return added;
  }

  async getQueueMetaField(field: string): Promise<string | null> {
    return this.queue.meta.get(field);
  }

  async getQueueMetaFields(fields: string[]): Promise<(string | null)[]> {
    return fields.map((field) => this.queue.meta.get(field));
  }

  async getQueueMeta(): Promise<Record<string, string>> {
    return this.queue.meta.all();
  }

  async removeQueueMetaFields(fields: string[]): Promise<number> {
    const { queue } = this;
    const removed = queue.meta.remove(fields);
    if (hasJobToGive(queue)) wakeForRoom(queue);
    return removed;
  }

  async hasQueueMetaField(field: string): Promise<boolean> {
    return this.queue.meta.has(field);
  }

  async setRateLimit(duration: Milliseconds): Promise<void> {
    this.queue.rateLimit.block(this.queue.time.now(), duration);
  }

  async removeRateLimitKey(): Promise<number> {
    const { rateLimit, time } = this.queue;
    const wasOpen = rateLimit.isOpen(time.now());
    rateLimit.clear();
    return wasOpen ? 1 : 0;
  }

  /** How long nothing may start, ms; without `max` and without a limit of the queue, how long the window lasts (-2: none). */
  async getRateLimitTtl(max?: number): Promise<Milliseconds> {
    const { rateLimit, time, meta } = this.queue;
    const now = time.now();
    const limit = max === undefined || max === 0 ? meta.rateMax : max;
    if (limit !== undefined) return rateLimit.waitFor(now, limit);
    return rateLimit.isOpen(now) ? rateLimit.remaining(now) : -2;
  }

  async removeDeprecatedPriorityKey(): Promise<number> {
    return 0;
  }

  async trimEvents(maxLength: number): Promise<number> {
    return this.queue.events.trim(maxLength);
  }

  async publishEvent(fields: Record<string, string | number>, maxEvents: number): Promise<string> {
    const { events } = this.queue;
    events.append(Object.entries(fields).flatMap(([name, value]) => [name, String(value)]));
    events.trim(maxEvents);
    return events.lastId;
  }
}
