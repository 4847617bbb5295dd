import type { Milliseconds } from '../core/duration.ts';

/** What the command line of `longwatch check` says. */
export interface CheckOptions {
  readonly file?: string;
  readonly concurrency: number;
  readonly timeout: Milliseconds;
  /** How many threads check, 1 or 2; as many as suit the list when left out. */
  readonly threads?: number;
  readonly json?: true;
  readonly verbose?: true;
  readonly nagios?: true;
  /** Ids of monitors to check besides, of the file `config`. */
  readonly monitor?: readonly string[];
  readonly config?: string;
}
