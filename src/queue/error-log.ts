import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';

const QUIET_MS = 10_000;

/**
 * Logs errors of a connection at most once per 10 s and text: a full or unreachable Redis makes BullMQ emit thousands
 * of equal errors a second. What was left out is counted in the next line.
 */
export function rateLimitedErrorLog(logger: Logger, clock: Clock): (where: string, error: Error) => void {
  const last = new Map<string, { at: number; suppressed: number }>();
  return (where, error) => {
    const text = `${where}: ${error.message || error.name}`;
    const entry = last.get(text);
    const now = clock.monotonic();
    if (entry !== undefined && now - entry.at < QUIET_MS) {
      entry.suppressed += 1;
      return;
    }
    if (last.size > 200) last.clear();
    last.set(text, { at: now, suppressed: 0 });
    logger.warn({ where, suppressed: entry?.suppressed ?? 0 }, text);
  };
}
