import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';

/**
 * One limit for everything a probe does, from the look-up of the name to the last byte. Whoever holds sockets says how
 * to let go of them; undici's own timers are coarse and its AbortSignal does not reach a connect in progress.
 */
export class Deadline {
  readonly timeout: Milliseconds;
  readonly #clock: Clock;
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;
  #stop: (() => void) | null = null;
  #over = false;

  constructor(clock: Clock, timeout: Milliseconds) {
    this.timeout = timeout;
    this.#clock = clock;
    this.#end = clock.monotonic() + timeout;
    this.#timer = setTimeout(expire, timeout, this);
  }

  /** Time left, at least 0. */
  remaining(): Milliseconds {
    return Math.max(0, this.#end - this.#clock.monotonic());
  }

  /** What to do at the deadline, in place of what was set before; done at once when it has passed already. */
  whenOver(stop: () => void): void {
    this.#stop = stop;
    if (this.#over) stop();
  }

  /** Ends the watch. Called once, when the probe is through. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#stop = null;
  }

  expire(): void {
    this.#over = true;
    this.#stop?.();
  }
}

function expire(deadline: Deadline): void {
  deadline.expire();
}
