import { z } from 'zod';
import { type CheckedMonitor, type TimedLimits, checkedFields, degradedField, identityFields } from './base.ts';
import { checkedKind } from './kind.ts';
import {
  type Endpoint,
  type IpVersion,
  TLS_VERSIONS,
  type TlsSettings,
  type TlsVersion,
  endpointText,
} from './network.ts';
import { hostField, portField, reachFields, tls } from './network-fields.ts';
import { fromEndpointUrl } from './target-url.ts';
import { type TalkExpectations, refuseAnswerToNothing, sendField, talkExpectFields } from './tcp.ts';

/** A port that speaks TLS from its first byte. */
export interface TlsMonitor extends CheckedMonitor {
  readonly type: 'tls';
  readonly host: string;
  readonly port: number;
  /** Text that is sent after the handshake. */
  readonly send: string | null;
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  readonly tls: TlsSettings;
  readonly expect: TalkExpectations & {
    /** The versions of TLS that may be agreed on; `null` for any. */
    readonly protocol: readonly TlsVersion[] | null;
  };
  readonly degraded: TimedLimits;
}

const HTTPS_PORT = 443;
const version = z.enum(TLS_VERSIONS);
const protocol = z.codec(z.union([version, z.array(version).min(1)]), z.custom<readonly TlsVersion[]>(), {
  decode: (input) => (Array.isArray(input) ? input : [input]),
  encode: (list) => [...list],
});

const keys = z.strictObject({
  type: z.literal('tls').meta({ description: 'A port that speaks TLS from its first byte.' }),
  host: hostField().meta({ description: 'The host: a name or an address.' }),
  port: portField().default(HTTPS_PORT),
  ...identityFields,
  ...checkedFields,
  send: sendField,
  ...reachFields,
  tls,
  expect: z
    .strictObject({
      ...talkExpectFields,
      protocol: protocol
        .nullable()
        .default(null)
        .meta({
          description: `The version of TLS: ${TLS_VERSIONS.join(', ')}, or a list.`,
        }),
    })
    .prefault({})
    .meta({ description: 'What a good handshake and conversation look like.' }),
  degraded: degradedField,
});

const fields = keys.superRefine(refuseAnswerToNothing);

export const TLS = checkedKind<TlsMonitor, typeof fields>({
  type: 'tls',
  fields,
  smallest: { type: 'tls', host: 'example.com' },
  schemes: ['tls'],
  fromUrl: (url) => fromEndpointUrl(url, HTTPS_PORT),
  target: ({ host, port }) => `tls://${endpointText({ host, port }, HTTPS_PORT)}`,
  title: ({ host, port }) => endpointText({ host, port }),
  host: ({ host }) => host,
});
