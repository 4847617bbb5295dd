import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Resident memory is looked at once in so many checks. */
const LOOK_EVERY = 1000;
/** So much more than after the last collection makes another one worth its time: a few ten milliseconds. */
const GROWTH_BYTES = 48 * 1_048_576;

/**
 * Has garbage collected when memory has grown by much; to be called with the number of checks that have ended.
 * What OpenSSL holds for a connection
 * lives as long as the object of JavaScript it belongs to, and V8, which does not see that memory, would let a long list
 * over TLS grow by hundreds of megabytes before it collects.
 */
export function collectGarbage(): (ended: number) => void {
  let sinceLook = 0;
  let least = Infinity;
  let collect: (() => void) | undefined;
  return (ended) => {
    sinceLook += ended;
    if (sinceLook < LOOK_EVERY) return;
    sinceLook = 0;
    const resident = process.memoryUsage.rss();
    least = Math.min(least, resident);
    if (resident < least + GROWTH_BYTES) return;
    collect ??= exposedCollector();
    collect();
    least = process.memoryUsage.rss();
  };
}

/** V8's collector, which programs see only when they ask for it before a context is made. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
