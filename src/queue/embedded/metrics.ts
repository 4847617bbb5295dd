import type { Milliseconds } from '../../core/duration.ts';
import type { FinishedMetrics, QueueState } from './state/queue-state.ts';

const MINUTE_MS = 60_000;

/** Counts a finished job. A point is added for each minute that has passed, and at most `minutes` of them are kept. */
export function collectMetrics(
  queue: QueueState,
  state: 'completed' | 'failed',
  minutes: number,
  now: Milliseconds,
): void {
  const metrics = metricsOf(queue, state);
  const before = metrics.count;
  metrics.count += 1;
  if (metrics.previousTimestamp === undefined) {
    metrics.previousTimestamp = now;
    return;
  }
  const passed = Math.floor(now / MINUTE_MS) - Math.floor(metrics.previousTimestamp / MINUTE_MS);
  if (passed <= 0) return;
  const points = Array.from({ length: Math.min(passed, minutes) }, () => 0);
  // The whole count since the last point goes to the oldest of the new minutes: when it happened is not known better.
  points[points.length - 1] = before - metrics.previousCount;
  metrics.perMinute.unshift(...points);
  metrics.perMinute.length = Math.min(metrics.perMinute.length, minutes);
  metrics.previousCount = before;
  metrics.previousTimestamp = now;
}

/** Count, time of the last point, count at that point; the points from `start` to `end`; how many points there are. */
export function readMetrics(
  queue: QueueState,
  state: 'completed' | 'failed',
  start: number,
  end: number,
): [string[], string[], number] {
  const { count, perMinute, previousCount, previousTimestamp } = metricsOf(queue, state);
  const meta = previousTimestamp === undefined ? [] : [count, previousTimestamp, previousCount].map(String);
  const points = perMinute.slice(start, end === -1 ? undefined : end + 1).map(String);
  return [meta, points, perMinute.length];
}

function metricsOf(queue: QueueState, state: 'completed' | 'failed'): FinishedMetrics {
  const known = queue.metrics.get(state);
  if (known !== undefined) return known;
  const metrics: FinishedMetrics = { count: 0, previousTimestamp: undefined, previousCount: 0, perMinute: [] };
  queue.metrics.set(state, metrics);
  return metrics;
}
