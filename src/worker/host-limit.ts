/** Counts the checks of each host, so that one host is never asked by more than so many at a time. */
export class HostLimit {
  readonly #running = new Map<string, number>();
  #most: number | null;

  /** `most` checks at a time of one host; `null` for no limit. */
  constructor(most: number | null) {
    this.#most = most;
  }

  setMost(most: number | null): void {
    this.#most = most;
  }

  /** Takes a place for the host of this URL; `undefined` when all are taken. The place is given back by calling it. */
  take(url: string): (() => void) | undefined {
    if (this.#most === null) return () => undefined;
    const host = new URL(url).hostname;
    const running = this.#running.get(host) ?? 0;
    if (running >= this.#most) return undefined;
    this.#running.set(host, running + 1);
    return () => {
      const left = (this.#running.get(host) ?? 1) - 1;
      if (left === 0) this.#running.delete(host);
      else this.#running.set(host, left);
    };
  }
}
