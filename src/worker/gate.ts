/** How many checks may run at a time. */
export interface GateLimits {
  readonly concurrency: number;
  /** Of one host; `null` for no limit of its own. */
  readonly per_host: number | null;
}

/** A check that wants to begin. */
export interface Entrant {
  /** Whose limit `per_host` counts; `null` for nobody's. */
  readonly host: string | null;
  /** Whether it will probably keep its place for long: see {@link Gate}. */
  readonly slow: boolean;
  /** When the monitor was last checked, in any unit; 0 for never. */
  readonly lastChecked: number;
}

interface Waiting extends Entrant {
  readonly order: number;
  readonly start: () => void;
}

/**
 * Lets checks begin: at most `concurrency` at a time, and at most `per_host` of one host. Of those that may go, the one that
 * came first goes first; who waits for a busy host does not keep the others waiting.
 *
 * Half of the places are kept free of slow checks, so that targets that hang cannot make the others late; no more places
 * than there are monitors that are not slow, so that none is kept for nobody. Of slow checks that wait, the one whose
 * monitor was checked longest ago goes first: where there are too few places for all of them, each has its turn.
 */
export class Gate {
  readonly #quickMonitors: () => number;
  /** Those that wait, in the order in which they came. */
  readonly #quick = new Map<number, Waiting>();
  readonly #slow = new Map<number, Waiting>();
  readonly #runningOf = new Map<string, number>();
  #limits: GateLimits;
  #running = 0;
  #slowRunning = 0;
  #arrivals = 0;

  /** `quickMonitors`: how many monitors there are that are not slow. As none runs twice at a time, they need no more places. */
  constructor(limits: GateLimits, quickMonitors: () => number = () => Infinity) {
    this.#limits = limits;
    this.#quickMonitors = quickMonitors;
  }

  setLimits(limits: GateLimits): void {
    this.#limits = limits;
    while (this.#startNext());
  }

  /** Resolves when the check may begin, with the function that gives its place back. */
  enter(entrant: Entrant): Promise<() => void> {
    return new Promise((resolve) => {
      const start = (): void => {
        this.#count(entrant, 1);
        resolve(() => {
          this.#count(entrant, -1);
          while (this.#startNext());
        });
      };
      // Whoever waits could not begin when the last place was given back, so nobody is passed over.
      if (this.#isFree(entrant.slow) && this.#hasPlace(entrant)) return start();
      const order = (this.#arrivals += 1);
      (entrant.slow ? this.#slow : this.#quick).set(order, { ...entrant, order, start });
    });
  }

  #startNext(): boolean {
    const quick = this.#isFree(false) ? this.#firstQuick() : undefined;
    const slow = this.#isFree(true) ? this.#firstSlow() : undefined;
    const next = quick !== undefined && slow !== undefined && slow.order < quick.order ? slow : (quick ?? slow);
    if (next === undefined) return false;
    (next.slow ? this.#slow : this.#quick).delete(next.order);
    next.start();
    return true;
  }

  #firstQuick(): Waiting | undefined {
    for (const waiting of this.#quick.values()) if (this.#hasPlace(waiting)) return waiting;
    return undefined;
  }

  #firstSlow(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#slow.values()) {
      if ((first === undefined || waiting.lastChecked < first.lastChecked) && this.#hasPlace(waiting)) first = waiting;
    }
    return first;
  }

  /** Whether one more check may run, or one more slow one. */
  #isFree(slow: boolean): boolean {
    const { concurrency } = this.#limits;
    if (this.#running >= concurrency) return false;
    const kept = Math.min(Math.floor(concurrency / 2), this.#quickMonitors());
    return !slow || this.#slowRunning < concurrency - kept;
  }

  #hasPlace({ host }: Entrant): boolean {
    if (host === null || this.#limits.per_host === null) return true;
    return (this.#runningOf.get(host) ?? 0) < this.#limits.per_host;
  }

  #count({ host, slow }: Entrant, change: 1 | -1): void {
    this.#running += change;
    if (slow) this.#slowRunning += change;
    if (host === null) return;
    const running = (this.#runningOf.get(host) ?? 0) + change;
    if (running === 0) this.#runningOf.delete(host);
    else this.#runningOf.set(host, running);
  }
}
