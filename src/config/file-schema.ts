import { z } from 'zod';
import { channelSchema } from '../core/channel/channel.ts';
import { idField } from '../core/monitor/fields.ts';
import { monitorDefaultsSchema } from '../core/monitor/defaults.ts';
import { monitorSchema } from '../core/monitor/parse.ts';
import { suggesters } from '../core/schema-problems.ts';
import { groupsSection } from './groups-section.ts';
import { maintenanceSchema } from './maintenance-section.ts';
import { networkSection } from './network-section.ts';
import { policySchema } from './policy-section.ts';
import { reportSchema } from './report-section.ts';
import { serverSection } from './server-section.ts';
import { storageSection } from './storage-section.ts';

const MAX_AT_ONCE = 10_000;

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
  server: serverSection,
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

const notifications = z
  .strictObject({
    exec: z.boolean().default(false).meta({ description: 'true lets channels of the type exec start programs.' }),
  })
  .prefault({})
  .meta({ description: 'What channels may do.' });

/** Lists of which each entry is read by itself, to name every problem. */
const LISTS = {
  channels: z.array(channelSchema).default([]).meta({ description: 'Where notifications can go.' }),
  policies: z.array(policySchema).optional().meta({
    description: 'Who is told of what, and when. When left out, every channel is told of everything at once.',
  }),
  maintenance: z.array(maintenanceSchema).default([]).meta({
    description: 'When work is done on targets: checks go on, nobody is told, and the time is counted apart.',
  }),
  reports: z.array(reportSchema).default([]).meta({ description: 'Summaries that are sent by plan.' }),
};

/** The whole file, for editors and for the shape of exports. */
export const fileSchema = z.strictObject({
  ...sections,
  notifications,
  ...LISTS,
  groups: groupsSection,
  defaults,
  monitors: monitorList,
});

const unread = z.array(z.unknown()).default([]);

/** The file without a look into what is read one by one to name every problem: lists, and `defaults`. */
export const fileSectionsSchema = z.strictObject({
  ...sections,
  notifications,
  channels: unread,
  policies: unread,
  maintenance: unread,
  reports: unread,
  groups: groupsSection,
  defaults: z.record(z.string(), z.unknown()).prefault({}),
  monitors: z.array(z.unknown()).register(suggesters, { suggest: (input) => (input === null ? '[]' : undefined) }),
});

/** The file without what only a server looks at, for a worker that runs on its own; the file may be missing. */
export const workerSectionsSchema = z.strictObject(sections);
