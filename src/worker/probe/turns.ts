/**
 * Lets so many go at once; the others wait for their turn, who came first goes first. No two begin in the same turn of the
 * event loop: what is expensive to begin would keep everything else from being timed.
 */
export class Turns {
  #free: number;
  #begun: Promise<void> = Promise.resolve();
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Does `work` when its turn has come. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#begun = this.#begun.then(nextTurn);
    await this.#begun;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
