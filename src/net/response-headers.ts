/** The value of a header; a list when it came several times. */
export type HeaderValue = string | readonly string[];

/**
 * The headers of an answer as they came, names and values in turn. They are read when somebody looks: nobody looks at those
 * of nearly every answer, and to read them takes a twentieth of the CPU time of a whole check.
 */
export class ResponseHeaders {
  readonly #raw: readonly Buffer[];
  #read: Map<string, HeaderValue> | undefined;

  constructor(raw: readonly Buffer[]) {
    this.#raw = raw;
  }

  /** Whether there is a header of this name, in lower case. */
  has(name: string): boolean {
    const raw = this.#raw;
    for (let at = 0; at < raw.length; at += 2) {
      const given = raw[at];
      if (given?.length === name.length && given.toString('latin1').toLowerCase() === name) return true;
    }
    return false;
  }

  /** The value of a header, by its name in lower case. */
  get(name: string): HeaderValue | undefined {
    return this.#all().get(name);
  }

  /** Every header by its name in lower case, in the order in which they came. */
  entries(): IterableIterator<[name: string, value: HeaderValue]> {
    return this.#all().entries();
  }

  /** RFC 9110 section 5.5: what is not ASCII is opaque, so byte by byte. */
  #all(): ReadonlyMap<string, HeaderValue> {
    if (this.#read !== undefined) return this.#read;
    const read = new Map<string, HeaderValue>();
    for (let at = 0; at < this.#raw.length; at += 2) {
      const name = this.#raw[at]?.toString('latin1').toLowerCase() ?? '';
      const value = this.#raw[at + 1]?.toString('latin1') ?? '';
      const before = read.get(name);
      read.set(name, before === undefined ? value : [before, value].flat());
    }
    this.#read = read;
    return read;
  }
}
