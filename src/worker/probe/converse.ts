import type { CertificateRule } from '../../core/expect/certificate-rule.ts';
import type { Finding } from '../../core/expect/finding.ts';
import { judgeCertificates } from '../../core/expect/judge-certificate.ts';
import type { TcpMonitor } from '../../core/monitor/tcp.ts';
import type { TlsMonitor } from '../../core/monitor/tls.ts';
import { Conversation, ConversationEnded } from '../../net/conversation.ts';
import type { DialTarget } from '../../net/dial.ts';
import type { Failure } from '../../net/failure.ts';
import type { NetContext } from '../../net/reach.ts';
import type { TlsRequest } from '../../net/tls.ts';
import { hear } from './hear.ts';
import type { Seen } from './probe.ts';
import { tlsFacts } from './tls-facts.ts';

/** What a conversation comes to, noted as it goes on: what was noted stays when it ends early. */
export interface Notes {
  readonly findings: Finding[];
  /** What to say before leaving; `null` for nothing. */
  goodbye: string | null;
}

/** Holds one conversation: `talk` says what is said and heard. Never rejects but for a bug of ours. */
export async function converse(
  monitor: { readonly expect: { readonly certificate: CertificateRule | null } },
  target: DialTarget,
  net: NetContext,
  talk: (conversation: Conversation, notes: Notes) => Promise<void>,
): Promise<Seen> {
  const notes: Notes = { findings: [], goodbye: null };
  const conversation = new Conversation(target, net);
  let wentWell = false;
  try {
    const failure = await whyEnded(talk(conversation, notes));
    wentWell = failure === null;
    const { certificate } = monitor.expect;
    const certificates = conversation.certificates();
    if (certificate !== null && (failure === null || certificates.length > 0)) {
      notes.findings.push(...judgeCertificates(certificate, certificates, net.network.clock.now()));
    }
    const { address } = conversation;
    const facts = tlsFacts(conversation.tlsSocket);
    return { failure, findings: notes.findings, address, attempts: conversation.attempts(), certificates, facts };
  } finally {
    conversation.leave(wentWell, notes.goodbye);
  }
}

async function whyEnded(talk: Promise<void>): Promise<Failure | null> {
  try {
    await talk;
    return null;
  } catch (thrown) {
    if (thrown instanceof ConversationEnded) return thrown.failure;
    throw thrown;
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
