import { afterEach } from 'vitest';

/** What a test opened, and how it is closed. */
interface Closing {
  /** Waits for a server to start, closes it after the test, and hands it on. */
  readonly keep: <F extends { readonly close: () => unknown }>(starting: Promise<F>) => Promise<F>;
  /** Runs after the test; the last one added first, for whoever was opened later may stand on what was opened before. */
  readonly later: (close: () => unknown) => void;
}

/** To be called once at the top of a test file: closes what its tests open, after each of them, the newest first. */
export function closeAfterEach(): Closing {
  const closes: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closes.splice(0).toReversed()) await close();
  });
  const later = (close: () => unknown): void => void closes.push(close);
  return {
    later,
    async keep(starting) {
      const fixture = await starting;
      later(() => fixture.close());
      return fixture;
    },
  };
}
