import type { Milliseconds } from './duration.ts';

/** An inclusive range of HTTP status codes: `[200, 299]`. */
export type StatusRange = readonly [from: number, to: number];

/**
 * What a user wants watched, with every default filled in. The keys are those of longwatch.yaml and of the API;
 * durations are milliseconds. The zod schema in monitor-schema.ts produces exactly this type.
 */
export interface Monitor {
  /** History follows the id: `[a-z0-9][a-z0-9_-]{0,63}`. */
  readonly id: string;
  readonly name: string;
  readonly type: 'http';
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly interval: Milliseconds;
  readonly timeout: Milliseconds;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** How many redirects are followed; 0 takes the first answer as it is. */
  readonly follow_redirects: number;
  readonly expect: { readonly status: readonly StatusRange[] };
}

/** A fingerprint of a monitor's whole definition: it changes whenever anything in it does. */
export type MonitorVersion = string;
