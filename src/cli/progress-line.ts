import type { WriteStream } from 'node:tty';
import type { Clock } from '../core/clock.ts';

const REDRAW_MS = 100;
/** For a terminal that does not know how wide it is. */
const UNKNOWN_WIDTH = 80;
const ERASE = '\r\x1b[2K';

/** A line at the bottom of a terminal for work that tells how far it is. */
export interface ProgressLine {
  /** Draws the line anew when the one before has been seen for a moment. */
  show(text: () => string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Draws on a terminal that can erase a line; anywhere else there is no progress to see. */
export function progressLine(stream: WriteStream, clock: Clock): ProgressLine {
  if (!stream.isTTY || !stream.hasColors()) return { show: () => undefined, clear: () => undefined };
  let drawnAt: number | undefined;
  return {
    show(text) {
      const now = clock.monotonic();
      if (drawnAt !== undefined && now - drawnAt < REDRAW_MS) return;
      stream.write(`${ERASE}${text().slice(0, (stream.columns || UNKNOWN_WIDTH) - 1)}`);
      drawnAt = now;
    },
    clear() {
      if (drawnAt !== undefined) stream.write(ERASE);
      drawnAt = undefined;
    },
  };
}
