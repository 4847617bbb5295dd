import * as fc from 'fast-check';
import { it } from 'vitest';

export { fc };

type Values<A extends readonly fc.Arbitrary<unknown>[]> = {
  [K in keyof A]: A[K] extends fc.Arbitrary<infer T> ? T : never;
};

/** A law that must hold for any values: fast-check looks for a counter-example and shrinks it. */
export function test<const A extends readonly fc.Arbitrary<unknown>[]>(
  arbitraries: A,
  title: string,
  holds: (...values: Values<A>) => void,
): void {
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the title and the assertions are the caller's
  it(title, () => {
    fc.assert(fc.property(fc.tuple(...arbitraries), (values) => holds(...(values as Values<A>))));
  });
}
