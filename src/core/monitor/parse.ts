import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { closest } from '../closest.ts';
import { type Checked, type InputProblem, type Path, checkInput } from '../schema-problems.ts';
import { MONITOR_KINDS, MONITOR_TYPES, kindOf } from './kinds.ts';
import type { MonitorKind } from './kind.ts';
import { type Monitor, type MonitorType, isPush } from './monitor.ts';
import { usualRetryInterval, usualTimeout } from './timing.ts';

type Values = Readonly<Record<string, unknown>>;

const kinds: readonly MonitorKind<Monitor>[] = MONITOR_TYPES.map(kindOf);

/** A monitor as a person writes it in, with every default filled in out. The file, the API and exports share it. */
export const monitorSchema = z.union([
  MONITOR_KINDS.http.schema,
  MONITOR_KINDS.tcp.schema,
  MONITOR_KINDS.tls.schema,
  MONITOR_KINDS.dns.schema,
  MONITOR_KINDS.ping.schema,
  MONITOR_KINDS.websocket.schema,
  MONITOR_KINDS.push.schema,
]);

/** What {@link spelledOut} makes of an input. */
export type SpelledOut = { readonly type: MonitorType; readonly values: Values } | { readonly problem: InputProblem };

/**
 * Says which type an input has and replaces the short form of an address by the keys it stands for: `tcp://db:5432` is
 * a type, a host and a port. An input without type is http unless the scheme of its url says otherwise.
 */
export function spelledOut(values: Values, base: Path): SpelledOut {
  const { type, url } = values;
  if (type === undefined && typeof url === 'string') return fromAddress(values, url, base);
  if (type === undefined) return { type: 'http', values };
  if (typeof type === 'string' && Object.hasOwn(MONITOR_KINDS, type)) return { type: type as MonitorType, values };
  const suggestion = typeof type === 'string' ? (closest(type, MONITOR_TYPES) ?? null) : null;
  const message = `type must be one of ${MONITOR_TYPES.join(', ')} (it may be left out when the url says it)`;
  return { problem: { path: [...base, 'type'], message, suggestion, at: 'value' } };
}

function fromAddress(values: Values, url: string, base: Path): SpelledOut {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):(?!\d)/i.exec(url)?.[1]?.toLowerCase();
  const kind = kinds.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  // What is no known address is taken for a mistyped http one, whose messages say best what is wrong.
  if (kind === undefined) return { type: 'http', values };
  const keys = kind.fromUrl(url.trim());
  if (typeof keys === 'string') {
    return { problem: { path: [...base, 'url'], message: `url ${keys}`, suggestion: null, at: 'value' } };
  }
  const { url: _, ...others } = values;
  return { type: kind.type, values: { ...keys, ...others, type: kind.type } };
}

/**
 * Reads one monitor: the monitor, or every problem at once, with paths that begin with `base`. With a type that does not
 * exist only that is a problem, as nobody can say which other keys would be right.
 */
export function parseMonitor(input: unknown, base: Path = []): Checked<Monitor> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return checkInput(MONITOR_KINDS.http.schema, input, base);
  }
  const spelled = spelledOut(input as Values, base);
  if ('problem' in spelled) return { problems: [spelled.problem] };
  return checkInput(kindOf(spelled.type).schema, spelled.values, base);
}

/** A monitor as a person writes it. */
export type MonitorInput = Readonly<Record<string, unknown>>;

/**
 * Writes a monitor as a person would, for a file without `defaults`: durations with units, and without what the schema
 * fills in again. Reading the answer gives the same monitor.
 */
export function monitorToInput(monitor: Monitor): MonitorInput {
  const { fields, smallest, unfilled } = kindOf(monitor.type);
  const written = z.encode(fields, unfilled === undefined ? { ...monitor } : unfilled(monitor));
  const usual = z.encode(fields, fields.parse(smallest));
  const kept = without(usual, written);
  const { id, name, type: _, ...rest } = withoutUsualTimes(monitor, kept);
  return { id, name, type: monitor.type, ...required(written, smallest), ...rest };
}

/** Without the times that follow from the interval. */
function withoutUsualTimes(monitor: Monitor, written: Values): Values {
  if (isPush(monitor)) return written;
  const { timeout, retry_interval, ...rest } = written;
  const { interval } = monitor;
  return {
    ...rest,
    ...(monitor.timeout !== usualTimeout(interval) && { timeout }),
    ...(monitor.retry_interval !== usualRetryInterval(interval) && { retry_interval }),
  };
}

/** The keys nobody may leave out; they may happen to have the value of the smallest monitor. */
function required(written: Values, smallest: Values): Values {
  const keys = Object.keys(smallest).filter((key) => written[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, written[key]]));
}

/** What of `written` differs from `usual`; the maps of `expect`, `degraded` and `tls` are compared key by key. */
function without(usual: Values, written: Values, depth = 0): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(written)) {
    const plain = usual[key];
    if (value === undefined || isDeepStrictEqual(value, plain)) continue;
    // A rule further inside is one value: it stands in place of the whole default.
    kept[key] = depth === 0 && isMap(value) && isMap(plain) ? without(plain, value, 1) : value;
  }
  return kept;
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
