import { z } from 'zod';
import { closest } from './closest.ts';
import type { Milliseconds } from './duration.ts';
import { formatDuration } from './duration.ts';
import {
  MAX_BODY_BYTES,
  bodyField,
  durationField,
  headersField,
  idField,
  labelField,
  methodField,
  slug,
  statusField,
  tagsField,
  urlField,
} from './monitor-fields.ts';
import type { Monitor } from './monitor.ts';
import { type Checked, type Path, checkInput } from './schema-problems.ts';
import { formatStatusRange } from './status-range.ts';
import { shortUrl } from './target-url.ts';

const DEFAULT_INTERVAL = '60s';
const DEFAULT_TIMEOUT: Milliseconds = 10_000;
const DEFAULT_REDIRECTS = 5;
const DEFAULT_STATUS = '2xx';

const interval = durationField(1000, 86_400_000).meta({
  description: 'How often the target is checked, from 1s to 1d.',
});
const timeout = durationField(1, 60_000).meta({
  description:
    'How long one check may take in all, from 1ms to 60s; not longer than the interval. 10s, or the interval when that is shorter.',
});
const enabled = z.boolean().meta({ description: 'false keeps the monitor and its history, without checking it.' });
const group = labelField(100).nullable().meta({ description: 'The heading under which the monitor is listed.' });
const tags = tagsField().meta({
  description: 'Labels to filter by: a map of names and values, or a list of names.',
  examples: [{ team: 'payments', tier: '1' }],
});
const method = methodField().meta({ description: 'The HTTP method.' });
const headers = headersField().meta({
  description: 'Request headers. They are sent to the origin of the url only, not where a redirect leads.',
  examples: [{ Accept: 'application/json' }],
});
const redirects = z.int().min(0).max(10).meta({
  description: 'How many redirects are followed; 0 judges the first answer as it is.',
});
const status = statusField().meta({
  description: 'The status codes that count as up: 200, 2xx, 200-299 or a list of those.',
  examples: [200, '2xx', [200, 204, '300-399']],
});

const EXPECT = 'What a good answer looks like.';

const httpFields = z.strictObject({
  type: z
    .literal('http')
    .default('http')
    .meta({ description: 'The kind of target; may be left out when there is a url.' }),
  url: urlField().meta({ description: 'The address, http:// or https://.' }),
  id: idField().optional().meta({
    description: 'History follows the id: 1 to 64 of a-z, 0-9, "-" and "_". Made from group and name when left out.',
  }),
  name: labelField(200)
    .optional()
    .meta({ description: 'What people call it, 1 to 200 characters. The url without scheme and query when left out.' }),
  group: group.default(null),
  tags: tags.prefault({}),
  enabled: enabled.default(true),
  interval: interval.prefault(DEFAULT_INTERVAL),
  timeout: timeout.optional(),
  method: method.default('GET'),
  headers: headers.default({}),
  body: bodyField()
    .nullable()
    .default(null)
    .meta({ description: `Text that is sent as the body, at most ${MAX_BODY_BYTES} bytes.` }),
  follow_redirects: redirects.default(DEFAULT_REDIRECTS),
  expect: z
    .strictObject({ status: status.prefault(DEFAULT_STATUS) })
    .prefault({})
    .meta({ description: EXPECT }),
});

/** What `defaults` may hold: the keys that make sense for many monitors at once, each as in a monitor. */
const defaultsFields = z.strictObject({
  interval: interval.optional(),
  timeout: timeout.optional(),
  enabled: enabled.optional(),
  group: group.optional(),
  tags: tags.optional(),
  method: method.optional(),
  headers: headers.optional(),
  follow_redirects: redirects.optional(),
  expect: z.strictObject({ status: status.optional() }).optional().meta({ description: EXPECT }),
});

interface Timing {
  readonly interval?: Milliseconds | undefined;
  readonly timeout?: Milliseconds | undefined;
}

/** What `interval` is when neither the monitor nor `defaults` says. */
const ASSUMED_INTERVAL: Milliseconds = 60_000;

function isTimely({ interval = ASSUMED_INTERVAL, timeout = 0 }: Timing): boolean {
  return timeout <= interval;
}

const TIMELY = {
  path: ['timeout'],
  error: ({ input }: { readonly input?: unknown }) => {
    const { interval = ASSUMED_INTERVAL, timeout = 0 } = input as Timing;
    return `(${formatDuration(timeout)}) must not be longer than the interval (${formatDuration(interval)})`;
  },
  /** Also when other keys are wrong, so that this problem is reported together with the rest. */
  when: ({ value, issues }: z.core.ParsePayload) =>
    typeof value === 'object' &&
    value !== null &&
    !issues.some(({ path }) => path?.[0] === 'interval' || path?.[0] === 'timeout'),
};

const httpMonitorSchema = httpFields.refine(isTimely, TIMELY).transform((fields): Monitor => {
  const name = fields.name ?? shortUrl(fields.url).slice(0, 200);
  const id = fields.id ?? defaultMonitorId({ group: fields.group, name, url: fields.url });
  return { ...fields, id, name, timeout: fields.timeout ?? Math.min(DEFAULT_TIMEOUT, fields.interval) };
});

/** One schema for each type of monitor; a type without one does not compile. */
export const MONITOR_SCHEMAS = { http: httpMonitorSchema } as const satisfies Record<
  Monitor['type'],
  z.ZodType<Monitor>
>;

/** A monitor as a person writes it in, with every default filled in out. The file, the API and exports share it. */
export const monitorSchema = MONITOR_SCHEMAS.http;

/** A monitor as a person writes it. */
export type MonitorInput = z.input<typeof monitorSchema>;

/** The `defaults` of the file. */
export const monitorDefaultsSchema = defaultsFields.refine(isTimely, TIMELY);

/** Does not compile when the keys of the schema and those of {@link Monitor} part. */
type SameKeys<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : never;
true satisfies SameKeys<z.output<typeof httpFields>, Monitor>;

/**
 * Reads one monitor: the monitor, or every problem at once, with paths that begin with `base`. With a type that does not
 * exist only that is a problem, as nobody can say which other keys would be right.
 */
export function parseMonitor(input: unknown, base: Path = []): Checked<Monitor> {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
  if (typeof type !== 'string' || Object.hasOwn(MONITOR_SCHEMAS, type)) return checkInput(monitorSchema, input, base);
  const types = Object.keys(MONITOR_SCHEMAS);
  const message = `type must be ${types.join(' or ')} (it may be left out when there is a url)`;
  return { problems: [{ path: [...base, 'type'], message, suggestion: closest(type, types) ?? null, at: 'value' }] };
}

/**
 * The id of a monitor that was given none: its group and name in the grammar of ids, or its address when those hold no
 * letter of that grammar.
 */
export function defaultMonitorId(of: {
  readonly group: string | null;
  readonly name: string;
  readonly url: string;
}): string {
  const named = slug(of.name) === '' ? shortUrl(of.url) : of.name;
  return slug(of.group === null ? named : `${of.group} ${named}`) || 'monitor';
}

/**
 * Writes a monitor as a person would, for a file without `defaults`: durations with units, and without what the schema
 * fills in again. Reading the answer gives the same monitor.
 */
export function monitorToInput(monitor: Monitor): MonitorInput {
  const status = monitor.expect.status.map(formatStatusRange);
  const [first = DEFAULT_STATUS] = status;
  const plainTimeout = monitor.timeout === Math.min(DEFAULT_TIMEOUT, monitor.interval);
  return {
    id: monitor.id,
    name: monitor.name,
    type: monitor.type,
    url: monitor.url,
    ...(monitor.group !== null && { group: monitor.group }),
    ...(Object.keys(monitor.tags).length > 0 && { tags: { ...monitor.tags } }),
    ...(!monitor.enabled && { enabled: false }),
    interval: formatDuration(monitor.interval),
    ...(!plainTimeout && { timeout: formatDuration(monitor.timeout) }),
    ...(monitor.method !== 'GET' && { method: methodField().parse(monitor.method) }),
    ...(Object.keys(monitor.headers).length > 0 && { headers: { ...monitor.headers } }),
    ...(monitor.body !== null && { body: monitor.body }),
    ...(monitor.follow_redirects !== DEFAULT_REDIRECTS && { follow_redirects: monitor.follow_redirects }),
    ...(!(status.length === 1 && first === DEFAULT_STATUS) && {
      expect: { status: status.length === 1 ? first : status },
    }),
  };
}
