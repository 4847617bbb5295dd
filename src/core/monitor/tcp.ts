import { z } from 'zod';
import { type CertificateRule, certificateRuleField } from '../expect/certificate-rule.ts';
import { durationRuleField } from '../expect/number-fields.ts';
import type { NumberRule } from '../expect/number-rule.ts';
import { textRuleField } from '../expect/text-fields.ts';
import type { TextRule } from '../expect/text-rule.ts';
import { type CheckedMonitor, type TimedLimits, checkedFields, degradedField, identityFields } from './base.ts';
import { checkedKind } from './kind.ts';
import { type Endpoint, type IpVersion, type TlsSettings, endpointText } from './network.ts';
import { hostField, portField, reachFields, tls } from './network-fields.ts';
import { fromEndpointUrl } from './target-url.ts';

/** Protocols that begin in the clear and can be told to go on over TLS. */
export const STARTTLS_PROTOCOLS = ['smtp', 'imap', 'pop3', 'postgres', 'mysql'] as const;
export type StarttlsProtocol = (typeof STARTTLS_PROTOCOLS)[number];

/** What a good conversation looks like; `null` expects nothing. */
export interface TalkExpectations {
  /** What the server says first, before anything is sent. */
  readonly banner: TextRule | null;
  /** What the server says to what was sent. */
  readonly answer: TextRule | null;
  readonly response_time: NumberRule | null;
  readonly certificate: CertificateRule | null;
}

/** A port that is connected to. */
export interface TcpMonitor extends CheckedMonitor {
  readonly type: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly starttls: StarttlsProtocol | null;
  /** Text that is sent after the banner and after TLS, with the escapes of YAML's double quotes already read. */
  readonly send: string | null;
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  readonly tls: TlsSettings;
  readonly expect: TalkExpectations;
  readonly degraded: TimedLimits;
}

const HOUR = 3_600_000;
const responseTime = durationRuleField(HOUR).nullable().default(null);

export const sendField = z
  .string()
  .min(1)
  .max(65_536)
  .nullable()
  .default(null)
  .meta({ description: 'Text that is sent; write line ends as "\\r\\n" in double quotes.' });

/** A rule for words that are waited for; silence cannot be waited for. */
export function wordsField() {
  return textRuleField('contains').refine(({ exists }) => exists !== false, {
    path: ['exists'],
    error: 'must be true: that nothing is said cannot be waited for',
  });
}

export const talkExpectFields = {
  banner: wordsField().nullable().default(null).meta({
    description: 'What the server must say first, before anything is sent.',
  }),
  answer: wordsField().nullable().default(null).meta({
    description: 'What the server must say to what is sent.',
  }),
  response_time: responseTime.meta({ description: 'How long the whole check may take.' }),
  certificate: certificateRuleField.nullable().default(null).meta({ description: 'What the certificate must be.' }),
};

/** An answer to nothing is never waited for. */
export function refuseAnswerToNothing(
  { send, expect }: { readonly send: string | null; readonly expect: { readonly answer: unknown } },
  context: z.RefinementCtx,
): void {
  if (send !== null || expect.answer === null) return;
  const message = 'needs send: it is what the server says to what is sent; what it says first is banner';
  context.addIssue({ code: 'custom', path: ['expect', 'answer'], message });
}

const keys = z.strictObject({
  type: z.literal('tcp').meta({ description: 'A port that is connected to.' }),
  host: hostField().meta({ description: 'The host: a name or an address.' }),
  port: portField(),
  ...identityFields,
  ...checkedFields,
  starttls: z.enum(STARTTLS_PROTOCOLS).nullable().default(null).meta({
    description: 'Begins in the clear and goes on over TLS, in the way of this protocol.',
  }),
  send: sendField,
  ...reachFields,
  tls,
  expect: z.strictObject(talkExpectFields).prefault({}).meta({ description: 'What a good conversation looks like.' }),
  degraded: degradedField,
});

const fields = keys.superRefine(refuseAnswerToNothing).superRefine(({ starttls, expect }, context) => {
  const refuse = (key: string, message: string): void => {
    context.addIssue({ code: 'custom', path: ['expect', key], message });
  };
  if (expect.certificate !== null && starttls === null) refuse('certificate', 'needs starttls, or the type tls');
  if (expect.banner !== null && starttls === 'postgres') refuse('banner', 'cannot be: PostgreSQL says nothing first');
});

export const TCP = checkedKind<TcpMonitor, typeof fields>({
  type: 'tcp',
  fields,
  smallest: { type: 'tcp', host: 'example.com', port: 1 },
  schemes: ['tcp'],
  fromUrl: (url) => fromEndpointUrl(url, undefined),
  target: ({ host, port }) => `tcp://${endpointText({ host, port })}`,
  title: ({ host, port }) => endpointText({ host, port }),
  host: ({ host }) => host,
});
