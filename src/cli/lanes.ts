/** Goes on from one check to the next while `mayGoOn` and there are any. */
type Lane = (mayGoOn: () => boolean) => Promise<void>;

/** Checks side by side: so many lanes, each of which takes the next check when its last one is through. */
export class Lanes {
  readonly #lane: Lane;
  readonly #closed: () => void;
  readonly #mayGoOn = (): boolean => this.#open <= this.most;
  #open = 0;
  /** So many are open at most. With less than there are, lanes close when their check is through. */
  most: number;

  /** `closed`: called whenever a lane has closed. */
  constructor(most: number, lane: Lane, closed: () => void) {
    this.most = most;
    this.#lane = lane;
    this.#closed = closed;
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Opens lanes until there are as many as there may be; resolves when those have closed. */
  async fill(): Promise<void> {
    const opened: Promise<void>[] = [];
    while (this.#open < this.most) {
      this.#open += 1;
      opened.push(this.#run());
    }
    await Promise.all(opened);
  }

  async #run(): Promise<void> {
    try {
      await this.#lane(this.#mayGoOn);
    } finally {
      this.#open -= 1;
      this.#closed();
    }
  }
}
