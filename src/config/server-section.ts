import { z } from 'zod';
import { secretsOfUrl } from '../core/channel/fields.ts';
import type { Milliseconds } from '../core/duration.ts';
import { durationField, judged } from '../core/monitor/fields.ts';
import { headerValueFault } from '../core/monitor/header-rules.ts';
import { urlField } from '../core/monitor/http-fields.ts';
import { listenField } from './listen-field.ts';

const SHORTEST_TOKEN = 16;

const publicUrl = urlField().check(
  judged((url: string) => (/[?#]/.test(url) ? 'must be an address without query' : undefined)),
  z.overwrite((url) => url.replace(/\/+$/, '')),
);

/** What does not come whole through `Authorization: Bearer …` would let nobody in. */
function tokenFault(text: string): string | undefined {
  const fault = headerValueFault(text);
  return fault === undefined && /[^!-~]/.test(text) ? 'must hold letters, digits and signs of ASCII only' : fault;
}

/** The section `server` of the file. */
export const serverSection = z
  .strictObject({
    listen: listenField().prefault('127.0.0.1:8080').meta({
      description: 'Where the HTTP server listens: host:port, [::1]:port, or :port for every IPv4 address.',
    }),
    public_url: publicUrl.nullable().default(null).meta({
      description:
        'Where people reach the server from outside; links in messages begin with it. No links when left out.',
    }),
    api_token: z.string().min(SHORTEST_TOKEN).max(1024).check(judged(tokenFault)).nullable().default(null).meta({
      description:
        'Whoever sends it may act through the API; at least 16 characters, write ${API_TOKEN}. Without one only programs of this machine may.',
    }),
    heartbeat_url: urlField().nullable().default(null).meta({
      description:
        'An address that is asked for while Longwatch is well, so that another service notices when it is not.',
    }),
    heartbeat_every: durationField(10_000, 86_400_000)
      .prefault('60s')
      .meta({ description: 'How often heartbeat_url is asked for, from 10s to 1d.' }),
  })
  .prefault({})
  .meta({ description: 'The HTTP server, and how others know that it is well.' });

/** What tells another service that Longwatch is well. */
export interface HeartbeatSettings {
  readonly url: string;
  readonly every: Milliseconds;
}

/** The settings of the server that a section means, but for where it listens. */
export function serverSettings(section: z.output<typeof serverSection>) {
  const { public_url: publicUrl, api_token: apiToken, heartbeat_url: url, heartbeat_every: every } = section;
  return { publicUrl, apiToken, heartbeat: url === null ? null : { url, every } };
}

interface Reached {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl: string | null;
}

/** Whether `public_url` leads to another server before this one, which speaks plain HTTP at one port. */
export function isBehindProxy({ listen, publicUrl }: Reached): boolean {
  if (publicUrl === null) return false;
  const { protocol, port } = new URL(publicUrl);
  return protocol === 'https:' || Number(port || 80) !== listen.port;
}

/** What of it must not be shown: whoever knows the address of a heartbeat can send it in our place. */
export function secretsOfServer({ api_token: token, heartbeat_url: url }: z.output<typeof serverSection>): string[] {
  return [...(token === null ? [] : [token]), ...(url === null ? [] : secretsOfUrl(url))];
}
