import type { CertificateRule } from '../../core/expect/certificate-rule.ts';
import type { Finding } from '../../core/expect/finding.ts';
import { judgeCertificates } from '../../core/expect/judge-certificate.ts';
import type { TcpMonitor } from '../../core/monitor/tcp.ts';
import type { TlsMonitor } from '../../core/monitor/tls.ts';
import type { Conversation } from '../../net/conversation.ts';
import type { DialTarget } from '../../net/dial.ts';
import type { Dialled } from '../../net/dialled.ts';
import { whyEnded } from '../../net/ended.ts';
import type { TlsRequest } from '../../net/tls.ts';
import { hear } from './hear.ts';
import type { ProbeContext, Seen } from './probe.ts';
import { tlsFacts } from './tls-facts.ts';

/** What a conversation comes to, noted as it goes on: what was noted stays when it ends early. */
export interface Notes {
  readonly findings: Finding[];
  readonly facts: Record<string, string>;
}

interface WithCertificate {
  readonly expect: { readonly certificate: CertificateRule | null };
}

/** Holds one conversation: `talk` says what is said and heard. Never rejects but for a bug of ours. */
export async function converse<C extends Dialled>(
  { expect: { certificate } }: WithCertificate,
  conversation: C,
  { clock, evidence }: ProbeContext,
  talk: (conversation: C, notes: Notes) => Promise<void>,
): Promise<Seen> {
  const { findings, facts }: Notes = { findings: [], facts: {} };
  let wentWell = false;
  try {
    const failure = await whyEnded(talk(conversation, { findings, facts }));
    wentWell = failure === null;
    const certificates = evidence || certificate !== null ? conversation.certificates() : [];
    if (certificate !== null && (wentWell || certificates.length > 0)) {
      findings.push(...judgeCertificates(certificate, certificates, clock.now()));
    }
    Object.assign(facts, evidence ? tlsFacts(conversation.tlsSocket) : {});
    const { address } = conversation;
    return { failure, findings, address, attempts: conversation.attempts(), certificates, facts };
  } finally {
    conversation.leave(wentWell);
  }
}

/** Listens to what the server says first, if anything is expected of it. */
export async function hearBanner(
  conversation: Conversation,
  { expect }: TcpMonitor | TlsMonitor,
  { findings }: Notes,
): Promise<void> {
  if (expect.banner !== null) findings.push(...(await hear(conversation, 'banner', expect.banner)));
}

/** Says what there is to say and listens to the answer, unless what was heard before was already wrong for good. */
export async function sendAndHear(
  conversation: Conversation,
  { send, expect }: TcpMonitor | TlsMonitor,
  { findings }: Notes,
): Promise<void> {
  if (send === null || findings.some(({ what, ok }) => what === 'banner' && !ok)) return;
  conversation.forgetHeard();
  await conversation.say(send);
  if (expect.answer !== null) findings.push(...(await hear(conversation, 'answer', expect.answer)));
}

/** Whom a monitor of a host and a port dials. */
export function dialTargetOf(monitor: TcpMonitor | TlsMonitor, tls: TlsRequest | null): DialTarget {
  const { host, port, ip_version: ipVersion, resolver } = monitor;
  return { host, port, tls, ipVersion, resolver, from: null };
}

/** The handshake that a monitor of a host asks for. */
export function tlsRequestOf({ host, tls: settings }: TcpMonitor | TlsMonitor): TlsRequest {
  return { host, settings, alpn: [] };
}
