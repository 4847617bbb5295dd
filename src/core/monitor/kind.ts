import type { z } from 'zod';
import { type CheckedMonitor, type MonitorBase, identify } from './base.ts';
import { usualRetryInterval, usualTimeout, withTimeRules } from './timing.ts';

/** The keys of a monitor as its schema reads them, before what can be left out is filled in. */
type Fields<M extends CheckedMonitor> = Omit<M, 'id' | 'name' | 'timeout' | 'retry_interval'> & {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly timeout?: number | undefined;
  readonly retry_interval?: number | undefined;
};

/** What one type of monitor is: its keys, and how people write and read its target. One file each, one registry. */
export interface MonitorKind<M extends MonitorBase = MonitorBase> {
  readonly type: M['type'];
  /** The keys as a person writes them; reads and, by zod's encode, writes. */
  readonly fields: z.ZodObject;
  /** The whole monitor, defaults filled in. */
  readonly schema: z.ZodType<M>;
  /** The smallest monitor of this type, as a person writes it: whatever it leaves out is a default. */
  readonly smallest: Readonly<Record<string, unknown>>;
  /** The keys of a monitor that a person may write, where they are fewer than it has. */
  readonly unfilled?: ((monitor: M) => Readonly<Record<string, unknown>>) | undefined;
  /** Schemes of addresses that stand for this type when no type is given. */
  readonly schemes: readonly string[];
  /** The keys that such an address stands for, or what is wrong with it, worded to follow "url". */
  readonly fromUrl: (url: string) => Readonly<Record<string, unknown>> | string;
  /** What is watched as one address that may be shown: no credentials, no values of a query. */
  readonly target: (monitor: M) => string;
  /** Whose limit `worker.per_host` counts; `null` when nothing is dialled. */
  readonly host: (monitor: M) => string | null;
}

/** What a kind is made from. */
interface KindParts<M extends CheckedMonitor, F extends z.ZodObject> extends Omit<MonitorKind<M>, 'schema' | 'fields'> {
  readonly fields: F;
  /** What people would call the target when the monitor has no name. */
  readonly title: (fields: Fields<M>) => string;
}

/**
 * Joins the parts of a type that is checked at intervals: its times must fit each other, and name, id, timeout and
 * retry_interval are filled in. The type of `fields` must give the keys of `M`, or it does not compile.
 */
export function checkedKind<M extends CheckedMonitor, F extends z.ZodObject>(
  parts: KindParts<M, F> &
    (z.output<F> extends Fields<M> ? unknown : { readonly keysOfFieldsDoNotGiveTheMonitor: never }),
): MonitorKind<M> {
  const { fields, title, ...rest } = parts;
  const fill = (read: Fields<M>): M => {
    const named = identify(read, { title: title(read), address: parts.target(read as unknown as M) });
    const timeout = read.timeout ?? usualTimeout(read.interval);
    const filled = { ...named, timeout, retry_interval: read.retry_interval ?? usualRetryInterval(read.interval) };
    // Twice, so that the keys have the same order whatever was left out: a definition's version is made from its text.
    return { ...filled, ...read, ...filled } as unknown as M;
  };
  const schema = withTimeRules(fields).transform((read) =>
    fill(read as unknown as Fields<M>),
  ) as unknown as z.ZodType<M>;
  return { ...rest, fields, schema };
}
