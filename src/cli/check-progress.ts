import type { WriteStream } from 'node:tty';

/** How often the line is drawn anew, ms. */
const REDRAW_MS = 100;
/** For a terminal that does not know how wide it is. */
const UNKNOWN_WIDTH = 80;
const ERASE = '\r\x1b[2K';

/** What a run of checks has come to so far. */
export interface Tally {
  ok: number;
  bad: number;
  running: number;
}

/** A line at the bottom of a terminal that tells how far the checks are, and goes away with them. */
export interface Progress {
  /** Takes the line away, until it is drawn anew: before anything else is written to the terminal. */
  clear(): void;
  close(): void;
}

/** Draws on a terminal that can erase a line; anywhere else there is no progress to see. */
export function startProgress(stream: WriteStream, tally: Tally): Progress {
  // A terminal without colours (TERM=dumb, or told so by NO_COLOR) may not be able to erase either.
  if (!stream.isTTY || !stream.hasColors()) return { clear: () => undefined, close: () => undefined };
  let drawn = false;
  const clear = (): void => {
    if (drawn) stream.write(ERASE);
    drawn = false;
  };
  const timer = setInterval(() => {
    const text = `${tally.ok + tally.bad} checked, ${tally.bad} Bad, ${tally.running} running`;
    stream.write(`${ERASE}${text.slice(0, (stream.columns || UNKNOWN_WIDTH) - 1)}`);
    drawn = true;
  }, REDRAW_MS);
  return {
    clear,
    close() {
      clearInterval(timer);
      clear();
    },
  };
}
