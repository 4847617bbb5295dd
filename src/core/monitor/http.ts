import { z } from 'zod';
import { type CertificateRule, certificateRuleField } from '../expect/certificate-rule.ts';
import { type JsonRule, jsonRuleField } from '../expect/json-rule.ts';
import { durationRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import type { StatusRange } from '../expect/status-range.ts';
import { statusField } from '../expect/status-rule.ts';
import { textRuleField } from '../expect/text-fields.ts';
import type { TextRule } from '../expect/text-rule.ts';
import { type CheckedMonitor, type TimedLimits, checkedFields, degradedField, identityFields } from './base.ts';
import { bytesField, formatBytes, wrong } from './fields.ts';
import { headersField, headerRulesField, methodField, urlField } from './http-fields.ts';
import { type Auth, auth, requestBody } from './http-request.ts';
import { checkedKind } from './kind.ts';
import type { Endpoint, HostAndPort, IpVersion, Proxy, TlsSettings } from './network.ts';
import { connectTo, proxy, reachFields, tls } from './network-fields.ts';
import { PLAIN_HTTP } from './plain-http.ts';
import { publicTarget } from './public-target.ts';
import type { RequestBody } from './request-body.ts';
import { shortUrl } from './target-url.ts';

/** A web address that is asked for an answer. */
export interface HttpMonitor extends CheckedMonitor {
  readonly type: 'http';
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | null;
  readonly auth: Auth | null;
  /** How many redirects are followed; 0 takes the first answer as it is. */
  readonly follow_redirects: number;
  readonly http_version: '1.1' | '2' | 'any';
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  /** Whom to connect to in place of the host of the url: one server of several, or one that has no name yet. */
  readonly connect_to: HostAndPort | null;
  readonly proxy: Proxy | null;
  readonly tls: TlsSettings;
  /** So many bytes of a body are read, decoded; the rest is not waited for. */
  readonly max_body: number;
  /** Whether a W3C traceparent header is sent, whose id is kept with the result. */
  readonly traceparent: boolean;
  readonly expect: HttpExpectations;
  readonly degraded: TimedLimits;
}

/** What a good answer looks like; `null` and empty lists expect nothing. */
export interface HttpExpectations {
  readonly status: readonly StatusRange[];
  readonly response_time: NumberRule | null;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, TextRule>>;
  readonly body: TextRule | null;
  readonly json: readonly JsonRule[];
  readonly certificate: CertificateRule | null;
  readonly final_url: TextRule | null;
  readonly http_version: readonly ('1.0' | '1.1' | '2')[];
}

const DEFAULT_STATUS = '2xx';
const HOUR = 3_600_000;

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
const httpVersion = z
  .codec(
    z.union([z.literal(1.1), z.literal(2), z.enum(['1.1', '2', 'any'])], { error: wrong('must be 1.1, 2 or any') }),
    z.enum(['1.1', '2', 'any']),
    {
      decode: (input) => String(input) as '1.1' | '2' | 'any',
      encode: (version) => version,
    },
  )
  .meta({ description: 'The version of HTTP to speak: 1.1, 2, or any for what the server prefers.' });
const maxBody = bytesField(0, 16 * 1_048_576).meta({
  description: 'How much of an answer is read, decoded, at most 16MiB; the rest is not waited for.',
});
const traceparent = z.boolean().meta({
  description: 'Sends a W3C traceparent header, whose trace id is kept with the result.',
});
const answerVersion = z.enum(['1.0', '1.1', '2']);
const expectedVersions = z
  .codec(
    z.union([z.literal([1, 1.1, 2]), answerVersion, z.array(answerVersion)], {
      error: wrong('must be "1.0", 1.1 or 2, or a list of those in quotes'),
    }),
    z.custom<HttpExpectations['http_version']>(),
    {
      decode: (input) => (Array.isArray(input) ? input : [answerVersion.parse(input === 1 ? '1.0' : String(input))]),
      encode: (list) => [...list],
    },
  )
  .meta({ description: 'The versions of HTTP the answer may have: "1.0", 1.1, 2 or a list of those.' });

const expectFields = z.strictObject({
  status: status.prefault(DEFAULT_STATUS),
  response_time: durationRuleField(HOUR).nullable().default(null).meta({
    description: 'How long the whole check may take.',
  }),
  headers: headerRulesField().default({}).meta({ description: 'What headers of the answer must be, by name.' }),
  body: textRuleField('contains').nullable().default(null).meta({ description: 'What the body must be.' }),
  json: z.array(jsonRuleField).max(100).default([]).meta({ description: 'What values of a JSON body must be.' }),
  certificate: certificateRuleField.nullable().default(null).meta({ description: 'What the certificate must be.' }),
  final_url: textRuleField('equals').nullable().default(null).meta({
    description: 'What the address must be after all redirects.',
  }),
  http_version: expectedVersions.prefault([]),
});

const fields = z
  .strictObject({
    type: z
      .literal('http')
      .default('http')
      .meta({ description: 'The kind of target; may be left out when there is a url.' }),
    url: urlField().meta({ description: 'The address, http:// or https://.' }),
    ...identityFields,
    ...checkedFields,
    method: method.default('GET'),
    headers: headers.default({}),
    body: requestBody.nullable().default(null).meta({
      description: 'What is sent as the body, at most 1 MiB: text, or a map with one of text, json and form.',
    }),
    auth: auth.nullable().default(null),
    follow_redirects: redirects.default(PLAIN_HTTP.follow_redirects),
    http_version: httpVersion.prefault('1.1'),
    ...reachFields,
    connect_to: connectTo.nullable().default(null),
    proxy: proxy.nullable().default(null),
    tls,
    max_body: maxBody.prefault(formatBytes(PLAIN_HTTP.max_body)),
    traceparent: traceparent.default(true),
    expect: expectFields.prefault({}).meta({ description: 'What a good answer looks like.' }),
    degraded: degradedField,
  })
  .superRefine(({ url, http_version, auth, headers, connect_to, proxy }, context) => {
    if (connect_to !== null && proxy !== null) {
      context.addIssue({ code: 'custom', path: ['connect_to'], message: 'and proxy exclude each other' });
    }
    if (http_version === '2' && url.toLowerCase().startsWith('http:')) {
      const message = 'can be 2 only with https: HTTP/2 is agreed on in the TLS handshake';
      context.addIssue({ code: 'custom', path: ['http_version'], message });
    }
    if (auth !== null && Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
      context.addIssue({ code: 'custom', path: ['auth'], message: 'and the header Authorization exclude each other' });
    }
  });

/** Keys of http monitors that make sense in `defaults`. */
export const httpDefaults = {
  method: method.optional(),
  headers: headers.optional(),
  follow_redirects: redirects.optional(),
  http_version: httpVersion.optional(),
  proxy: proxy.nullable().optional(),
  max_body: maxBody.optional(),
  traceparent: traceparent.optional(),
};
export const expectDefaults = {
  status: status.optional(),
  response_time: durationRuleField(HOUR).optional().meta({ description: 'How long the whole check may take.' }),
  certificate: certificateRuleField
    .optional()
    .meta({ description: 'What certificates must be, of targets that have one.' }),
};

export const HTTP = checkedKind<HttpMonitor, typeof fields>({
  type: 'http',
  fields,
  smallest: { url: 'https://example.com' },
  schemes: ['http', 'https'],
  fromUrl: (url) => ({ url }),
  target: ({ url }) => publicTarget(url),
  title: ({ url }) => shortUrl(url),
  host: ({ url, connect_to }) => connect_to?.host ?? new URL(url).hostname,
});
