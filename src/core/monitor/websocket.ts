import { z } from 'zod';
import { type CertificateRule, certificateRuleField } from '../expect/certificate-rule.ts';
import { durationRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import type { TextRule } from '../expect/text-rule.ts';
import { judged } from './fields.ts';
import { type CheckedMonitor, type TimedLimits, checkedFields, degradedField, identityFields } from './base.ts';
import { headersField, websocketUrlField } from './http-fields.ts';
import { type Auth, auth } from './http-request.ts';
import { checkedKind } from './kind.ts';
import { type Endpoint, type IpVersion, type TlsSettings } from './network.ts';
import { reachFields, tls } from './network-fields.ts';
import { publicTarget } from './public-target.ts';
import { shortUrl } from './target-url.ts';
import { wordsField } from './tcp.ts';

/** A WebSocket (RFC 6455) that is opened, maybe spoken to, and closed. */
export interface WebsocketMonitor extends CheckedMonitor {
  readonly type: 'websocket';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Auth | null;
  readonly subprotocol: string | null;
  /** A text message that is sent when the socket is open. */
  readonly send: string | null;
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  readonly tls: TlsSettings;
  readonly expect: {
    /** Of the first message that comes; messages are waited for until one fits or the time is over. */
    readonly message: TextRule | null;
    readonly response_time: NumberRule | null;
    readonly certificate: CertificateRule | null;
  };
  readonly degraded: TimedLimits;
}

const HOUR = 3_600_000;

/** Headers of the handshake itself are the check's own business. */
function handshakeFault(headers: Readonly<Record<string, string>>): string | undefined {
  const own = Object.keys(headers).find((name) => /^sec-websocket-/i.test(name));
  if (own === undefined) return undefined;
  return `must not contain ${own}: the check makes it itself (a subprotocol is set by subprotocol)`;
}

const fields = z.strictObject({
  type: z.literal('websocket').meta({ description: 'A WebSocket; may be left out when the url is ws:// or wss://.' }),
  url: websocketUrlField().meta({ description: 'The address, ws:// or wss://.' }),
  ...identityFields,
  ...checkedFields,
  headers: headersField()
    .check(judged(handshakeFault))
    .default({})
    .meta({ description: 'Headers of the opening request.' }),
  auth: auth.nullable().default(null),
  subprotocol: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'must be a token of letters, digits and -._')
    .nullable()
    .default(null)
    .meta({ description: 'The subprotocol to ask for.' }),
  send: z.string().min(1).max(65_536).nullable().default(null).meta({
    description: 'A text message that is sent when the socket is open.',
  }),
  ...reachFields,
  tls,
  expect: z
    .strictObject({
      message: wordsField().nullable().default(null).meta({
        description: 'What a message of the server must be; messages are waited for until one fits.',
      }),
      response_time: durationRuleField(HOUR).nullable().default(null).meta({
        description: 'How long the whole check may take.',
      }),
      certificate: certificateRuleField.nullable().default(null).meta({ description: 'What the certificate must be.' }),
    })
    .prefault({})
    .meta({ description: 'What a good conversation looks like.' }),
  degraded: degradedField,
});

export const WEBSOCKET = checkedKind<WebsocketMonitor, typeof fields>({
  type: 'websocket',
  fields,
  smallest: { type: 'websocket', url: 'wss://example.com' },
  schemes: ['ws', 'wss'],
  fromUrl: (url) => ({ url }),
  target: ({ url }) => publicTarget(url),
  title: ({ url }) => shortUrl(url),
  host: ({ url }) => new URL(url).hostname,
});
