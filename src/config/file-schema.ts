import { z } from 'zod';
import { idField } from '../core/monitor/fields.ts';
import { monitorDefaultsSchema } from '../core/monitor/defaults.ts';
import { monitorSchema } from '../core/monitor/parse.ts';
import { suggesters } from '../core/schema-problems.ts';
import { groupsSection } from './groups-section.ts';
import { networkSection } from './network-section.ts';
import { storageSection } from './storage-section.ts';

const MAX_AT_ONCE = 10_000;

/** An address to listen on: `host:port`, `[::1]:port`, or `:port` for every IPv4 address of the machine. */
export function listenField() {
  return z
    .string()
    .meta({
      pattern: '^([^\\s:/@]*|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$',
      examples: ['0.0.0.0:8080', ':8080', '[::1]:8080'],
    })
    .transform((text, context) => {
      const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]*)):(\d{1,5})$/i.exec(text.trim());
      const port = Number(match?.[3]);
      if (match !== null && port <= 65_535) return { host: (match[1] ?? match[2]) || '0.0.0.0', port };
      const message =
        match === null
          ? 'must be an address to listen on, such as 127.0.0.1:8080, [::1]:8080 or :8080'
          : 'must have a port from 0 to 65535';
      context.issues.push({ code: 'custom', input: text, message });
      return z.NEVER;
    })
    .register(suggesters, { suggest: suggestListen });
}

function suggestListen(input: unknown): string | undefined {
  const text = String(input).trim();
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return `127.0.0.1:${text}`;
  const url = /^https?:\/\/([^/]+:\d{1,5})\/?$/.exec(text);
  if (url !== null) return url[1];
  return /^[a-z0-9.-]+$/i.test(text) && /[a-z.]/i.test(text) ? `${text}:8080` : undefined;
}

/** The address of a Redis or Valkey server. The message never repeats it: it may hold a password. */
export function redisUrlField() {
  return z
    .string()
    .meta({ pattern: '^rediss?://', examples: ['redis://127.0.0.1:6379'] })
    .transform((text, context) => {
      const message = redisFault(text.trim());
      if (message === undefined) return text.trim();
      context.issues.push({ code: 'custom', input: text, message });
      return z.NEVER;
    })
    .register(suggesters, { suggest: suggestRedis });
}

function redisFault(text: string): string | undefined {
  if (!/^rediss?:\/\//i.test(text)) return 'must begin with redis:// or rediss://';
  if (!URL.canParse(text)) return 'is not a valid address; write special characters of a password as %40 and the like';
  const { hostname, pathname, search, username, password } = new URL(text);
  if (!isDecodable(username + password)) return 'has a % that must be written as %25';
  if (hostname === '') return 'has no host';
  if (!/^\/?(?:\d{1,4})?$/.test(pathname)) return 'may end with the number of a database only, such as /0';
  return search === '' ? undefined : 'must not have a query';
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function suggestRedis(input: unknown): string | undefined {
  return typeof input === 'string' && /^[a-z0-9.-]+:\d{1,5}$/i.test(input) ? `redis://${input}` : undefined;
}

/** How many checks run at once in one worker process. */
export function concurrencyField() {
  return z.int().min(1).max(MAX_AT_ONCE);
}

const version = z
  .literal(1, { error: ({ input }) => versionFault(input) })
  .default(1)
  .meta({ description: 'The version of this format; 1 when left out.' });

function versionFault(input: unknown): string {
  return input === '1' ? 'must be 1, without quotes' : 'must be 1, the only version there is';
}

const redisSection = z.strictObject({
  url: redisUrlField().nullable().default(null).meta({
    description: 'A Redis or Valkey server for the queues. Without one the queues live in the process itself.',
  }),
});

const workerSection = z.strictObject({
  concurrency: concurrencyField()
    .default(500)
    .meta({ description: 'Checks at once in one worker process, 1 to 10000.' }),
  per_host: concurrencyField().nullable().default(null).meta({
    description: 'Checks at once of one host, 1 to 10000; no limit of its own when left out.',
  }),
  location: idField().default('local').meta({ description: "The name under which this worker's results are kept." }),
});

const sections = {
  version,
  server: z
    .strictObject({
      listen: listenField().prefault('127.0.0.1:8080').meta({
        description: 'Where the HTTP server listens: host:port, [::1]:port, or :port for every IPv4 address.',
      }),
    })
    .prefault({})
    .meta({ description: 'The HTTP server.' }),
  storage: storageSection,
  redis: redisSection.prefault({}).meta({ description: 'The queue server, for more than one process.' }),
  worker: workerSection.prefault({}).meta({ description: 'The process that runs the checks.' }),
  network: networkSection,
};

const defaults = monitorDefaultsSchema.prefault({}).meta({
  description:
    'What holds for every monitor that does not say otherwise. headers, tags, tls, expect, degraded, slo and retention are joined key by key.',
});
const monitorList = z
  .array(
    z.union([
      z.string().meta({
        description:
          'An address alone, with every default: https://…, tcp://host:port, tls://host, dns://name, ping://host, wss://….',
      }),
      monitorSchema,
    ]),
  )
  .meta({ description: 'What is watched.' });

/** The whole file, for editors and for the shape of exports. */
export const fileSchema = z.strictObject({ ...sections, groups: groupsSection, defaults, monitors: monitorList });

/** The file without a look into `defaults` and `monitors`, which are read one by one to name every problem. */
export const fileSectionsSchema = z.strictObject({
  ...sections,
  groups: groupsSection,
  defaults: z.record(z.string(), z.unknown()).prefault({}),
  monitors: z.array(z.unknown()).register(suggesters, { suggest: (input) => (input === null ? '[]' : undefined) }),
});

/** The file without `groups`, `defaults` and `monitors`, for a worker that runs on its own; the file may be missing. */
export const workerSectionsSchema = z.strictObject(sections);
