/** A step that took longer is made smaller, and one that took less than half of it larger, ms. */
const AIM_MS = 6;

/** How much a step takes on, by how long the last one took. */
export class StepSize {
  readonly #least: number;
  readonly #most: number;
  #size: number;

  constructor({ first, least, most }: { readonly first: number; readonly least: number; readonly most: number }) {
    this.#size = first;
    this.#least = least;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Learns how long a step of this size took, ms. */
  took(milliseconds: number): void {
    if (milliseconds > AIM_MS) this.#size = Math.max(this.#least, Math.floor(this.#size / 2));
    else if (milliseconds < AIM_MS / 2) this.#size = Math.min(this.#most, Math.ceil(this.#size * 1.25));
  }
}
