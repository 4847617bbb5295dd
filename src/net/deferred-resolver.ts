import type { Lookup, LookupWish, ResolvedAddress, Resolver } from './resolver.ts';

/** A resolver that is loaded by the first look-up: most processes never need it, and start the sooner. */
export function deferredResolver(load: () => Promise<Resolver>): Resolver {
  let loaded: Resolver | undefined;
  let loading: Promise<Resolver> | undefined;
  return {
    resolve(name, wish) {
      if (loaded !== undefined) return loaded.resolve(name, wish);
      loading ??= load().then((resolver) => (loaded = resolver));
      return new DeferredLookup(loading, name, wish);
    },
  };
}

class DeferredLookup implements Lookup {
  readonly addresses: Promise<readonly ResolvedAddress[]>;
  #lookup: Lookup | undefined;

  constructor(loading: Promise<Resolver>, name: string, wish: LookupWish | undefined) {
    this.addresses = loading.then((resolver) => {
      this.#lookup = resolver.resolve(name, wish);
      return this.#lookup.addresses;
    });
  }

  get lookupsWork(): boolean | null {
    return this.#lookup?.lookupsWork ?? null;
  }
}
