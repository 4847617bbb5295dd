import { setFlagsFromString } from 'node:v8';

/** From so many checks on, what V8's optimising compiler gains is more than what it takes. */
const WORTH_OPTIMISING = 4000;
/** A line of a list is about so long, bytes. */
const USUAL_LINE = 40;

/** Several threads that sweep what is made for one check and dies with it take longer than one. */
const SWEEPING = 'parallel-scavenge';
/** V8 would spend a sixth of all CPU time of a short run on code that is hardly run any more when it is optimised. */
const OPTIMISING = 'opt';
/**
 * undici's HTTP parser is WebAssembly, and V8 would optimise all of it for 100 ms of CPU, which the end of a short process
 * waits for. The baseline compiler's code parses as fast as is needed: even 20,000 checks are quicker.
 */
const OPTIMISING_PARSER = ['wasm-tier-up', 'wasm-dynamic-tiering'] as const;

/** Whether a list of so many bytes, 0 when nobody knows, is known to be long enough for V8 to optimise from the first check on. */
export function isLongList(bytes: number): boolean {
  return bytes > WORTH_OPTIMISING * USUAL_LINE;
}

/**
 * Keeps V8 from work that does not pay in a short run. Node's own modules and ours were compiled when they were built, and
 * V8 takes that only with the flags of that time: so one is made when everything is loaded.
 */
export class Frugality {
  #left: number;

  /** `listBytes`: 0 when unknown. What is known to be a long run is optimised from its first check on. */
  constructor(listBytes: number) {
    this.#left = isLongList(listBytes) ? 1 : WORTH_OPTIMISING;
    this.resume();
  }

  /** Notices when a run has become long; to be called with the number of checks that have ended. */
  count(ended: number): void {
    if (this.#left <= 0) return;
    this.#left -= ended;
    if (this.#left <= 0) setFlag(OPTIMISING, true);
  }

  /** As V8 was at first, while a thread starts. Node 22 cannot go all the way back: there a thread takes longer to start. */
  pause(): void {
    for (const flag of [SWEEPING, OPTIMISING, ...OPTIMISING_PARSER]) setFlag(flag, true);
  }

  /** Goes on after a pause. */
  resume(): void {
    setFlag(SWEEPING, false);
    for (const flag of OPTIMISING_PARSER) setFlag(flag, false);
    setFlag(OPTIMISING, this.#left <= 0);
  }
}

function setFlag(flag: string, on: boolean): void {
  setFlagsFromString(on ? `--${flag}` : `--no-${flag}`);
}
