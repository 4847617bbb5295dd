import { setFlagsFromString } from 'node:v8';

/** From so many checks on, what V8's optimising compiler gains is more than what it takes. */
const WORTH_OPTIMISING = 4000;
/** A line of a list is about so long, bytes. */
const USUAL_LINE = 40;

/**
 * Keeps V8 from optimising in a short run: it would spend a sixth of all CPU time on code that is hardly run any more
 * when it is ready. A list known to be long is optimised from the start, else the returned function, to be called after
 * each check, notices when a run has become long. `listBytes`: 0 when unknown.
 */
export function optimiseLate(listBytes: number): () => void {
  // What is made for one check dies with it; several threads that sweep so little take longer than one.
  setFlagsFromString('--no-parallel-scavenge');
  const isLong = listBytes > WORTH_OPTIMISING * USUAL_LINE;
  setFlagsFromString(isLong ? '--opt' : '--no-opt');
  if (isLong) return () => undefined;
  let checks = 0;
  return () => {
    checks += 1;
    if (checks === WORTH_OPTIMISING) setFlagsFromString('--opt');
  };
}
