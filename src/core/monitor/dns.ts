import { isIP } from 'node:net';
import { z } from 'zod';
import { type ListRule, listRuleField } from '../expect/list-rule.ts';
import { durationRuleField, numberRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import { type CheckedMonitor, type TimedLimits, checkedFields, degradedField, identityFields } from './base.ts';
import { refuse } from './fields.ts';
import { checkedKind } from './kind.ts';
import { type Endpoint, endpointText, type IpVersion } from './network.ts';
import { ipVersion, resolver } from './network-fields.ts';

/** The types of records that can be asked for. */
export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SOA', 'SRV', 'CAA', 'PTR'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Response codes (RFC 1035 section 4.1.1, RFC 2136). */
export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

/** A question to a name server. */
export interface DnsMonitor extends CheckedMonitor {
  readonly type: 'dns';
  /** The name that is asked for. */
  readonly host: string;
  readonly record: RecordType;
  /** Whom to ask; `null` for the first name server of this machine. */
  readonly resolver: Endpoint | null;
  readonly protocol: 'udp' | 'tcp' | 'tls';
  /** Whether the server is asked to find out what it does not know (the RD bit). */
  readonly recursion: boolean;
  readonly ip_version: IpVersion;
  readonly expect: {
    readonly rcode: readonly string[];
    readonly answers: ListRule | null;
    /** Of every answer, in seconds. */
    readonly ttl: NumberRule | null;
    /** Whether the server must (not) be one that owns the zone (the AA bit). */
    readonly authoritative: boolean | null;
    readonly response_time: NumberRule | null;
  };
  readonly degraded: TimedLimits;
}

const name = z.codec(z.string(), z.string(), {
  decode(text, context) {
    const host = text.trim();
    const fault = queryNameFault(host);
    return fault === undefined ? host.toLowerCase() : refuse(context, text, fault);
  },
  encode: (host) => host,
});

/** Names of the DNS may hold what names of hosts may not: `_dmarc.example.com`, `*.example.com`. PTR takes addresses. */
function queryNameFault(host: string): string | undefined {
  if (host === '') return 'must not be empty; the root is "."';
  if (host === '.' || isIP(host) === 6) return undefined;
  const labels = host.replace(/\.$/, '').split('.');
  if (labels.some((label) => label === '' || label.length > 63) || host.length > 254) return 'is not a name of the DNS';
  return labels.every((label) => /^(?:\*|[a-z0-9_](?:[a-z0-9_/-]*[a-z0-9_])?)$/i.test(label))
    ? undefined
    : 'is not a name of the DNS: letters, digits, "-" and "_" between dots; write other letters in punycode';
}

const rcode = z.enum(RCODES);
const rcodes = z.codec(z.union([rcode, z.array(rcode).min(1)]), z.custom<readonly string[]>(), {
  decode: (input) => (Array.isArray(input) ? input : [input]),
  encode: (list) => list as (typeof RCODES)[number][],
});
const HOUR = 3_600_000;

const written = z.strictObject({
  type: z.literal('dns').meta({ description: 'A question to a name server.' }),
  host: name.meta({ description: 'The name to ask for; for PTR also an address.' }),
  record: z.enum(RECORD_TYPES).default('A').meta({ description: 'The type of record to ask for.' }),
  ...identityFields,
  ...checkedFields,
  resolver: resolver.nullable().default(null),
  protocol: z.enum(['udp', 'tcp', 'tls']).default('udp').meta({
    description:
      'How the server is asked; tls is DNS over TLS on port 853. A cut answer over udp is asked for again over tcp.',
  }),
  recursion: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the server is asked to find out what it does not know.' }),
  ip_version: ipVersion.default('any'),
  expect: z
    .strictObject({
      rcode: rcodes.prefault('NOERROR').meta({ description: `The response code: ${RCODES.join(', ')}, or a list.` }),
      answers: listRuleField.nullable().default(null).meta({
        description:
          'What the answers must be, each as text: an address, "10 mail.example.com" for MX, the text of TXT.',
      }),
      ttl: numberRuleField(0, 2_147_483_647)
        .nullable()
        .default(null)
        .meta({ description: 'Seconds, of every answer.' }),
      authoritative: z
        .boolean()
        .nullable()
        .default(null)
        .meta({ description: 'Whether the server must own the zone.' }),
      response_time: durationRuleField(HOUR).nullable().default(null).meta({
        description: 'How long the whole check may take.',
      }),
    })
    .prefault({})
    .meta({ description: 'What a good answer looks like.' }),
  degraded: degradedField,
});
const fields = written.refine(({ host, record }) => record === 'PTR' || isIP(host) !== 6, {
  path: ['host'],
  message: 'must be a name: only PTR asks for an address',
});

/** `dns://example.com`, `dns://example.com?type=MX`, and with a server `dns://9.9.9.9/example.com?type=MX` (RFC 4501). */
function fromUrl(text: string): Readonly<Record<string, unknown>> | string {
  const match = /^dns:\/\/(?:([^/?#]+)\/)?([^/?#]+)(?:\?type=([a-z]+))?$/i.exec(text.replace(/\/$/, ''));
  if (match === null) return 'must be dns://name, dns://name?type=MX or dns://server/name?type=MX';
  const [, server, host, type] = match;
  return {
    host,
    ...(server !== undefined && { resolver: server }),
    ...(type !== undefined && { record: type.toUpperCase() }),
  };
}

export const DNS = checkedKind<DnsMonitor, typeof fields>({
  type: 'dns',
  fields,
  smallest: { type: 'dns', host: 'example.com' },
  schemes: ['dns'],
  fromUrl,
  target: ({ host, record, resolver }) =>
    `dns://${resolver === null ? '' : `${endpointText(resolver, 53)}/`}${host}?type=${record}`,
  title: ({ host, record, resolver }) =>
    `${host} ${record}${resolver === null ? '' : ` at ${endpointText(resolver, 53)}`}`,
  host: ({ resolver }) => resolver?.host ?? null,
});
