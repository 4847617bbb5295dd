/** How many checks may run at a time. */
export interface GateLimits {
  readonly concurrency: number;
  /** Of one host; `null` for no limit of its own. */
  readonly per_host: number | null;
}

interface Waiting {
  readonly order: number;
  readonly start: () => void;
}

interface Host {
  running: number;
  readonly waiting: Waiting[];
}

/**
 * Lets checks begin: at most `concurrency` at a time, and at most `per_host` of one host. Who waits for a busy host does
 * not keep the others waiting; of those that may go, the one that came first goes first.
 */
export class Gate {
  readonly #hosts = new Map<string, Host>();
  #limits: GateLimits;
  #running = 0;
  #waiting = 0;
  #arrivals = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  setLimits(limits: GateLimits): void {
    this.#limits = limits;
    while (this.#startNext());
  }

  /** Resolves when a check of this host may begin, with the function that gives its place back. */
  enter(name: string): Promise<() => void> {
    const host = this.#hosts.get(name) ?? { running: 0, waiting: [] };
    this.#hosts.set(name, host);
    const leave = (): void => {
      this.#running -= 1;
      host.running -= 1;
      if (host.running === 0 && host.waiting.length === 0) this.#hosts.delete(name);
      this.#startNext();
    };
    return new Promise((resolve) => {
      host.waiting.push({ order: (this.#arrivals += 1), start: () => resolve(leave) });
      this.#waiting += 1;
      // Alone in waiting, it need not be looked for among all hosts: the hot path.
      if (this.#waiting > 1) this.#startNext();
      else if (this.#running < this.#limits.concurrency && this.#hasPlace(host)) this.#start(host);
    });
  }

  #startNext(): boolean {
    if (this.#waiting === 0 || this.#running >= this.#limits.concurrency) return false;
    let first: Host | undefined;
    for (const host of this.#hosts.values()) {
      if (host.waiting.length > 0 && this.#hasPlace(host) && orderOf(host) < orderOf(first)) first = host;
    }
    if (first !== undefined) this.#start(first);
    return first !== undefined;
  }

  #hasPlace(host: Host): boolean {
    return this.#limits.per_host === null || host.running < this.#limits.per_host;
  }

  #start(host: Host): void {
    const next = host.waiting.shift();
    this.#waiting -= 1;
    host.running += 1;
    this.#running += 1;
    next?.start();
  }
}

function orderOf(host: Host | undefined): number {
  return host?.waiting[0]?.order ?? Infinity;
}
