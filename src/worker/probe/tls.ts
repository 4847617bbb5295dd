import { type Finding, findingsOf } from '../../core/expect/finding.ts';
import type { TlsMonitor } from '../../core/monitor/tls.ts';
import type { Outcome } from '../../core/outcome.ts';
import { Conversation } from '../../net/conversation.ts';
import { converse, dialTargetOf, hearBanner, sendAndHear, tlsRequestOf } from './converse.ts';
import { observe, type ProbeContext } from './probe.ts';

/** Probes a port that speaks TLS from its first byte: the handshake, then banner, what is sent, and answer. */
export function probeTls(monitor: TlsMonitor, context: ProbeContext): Promise<Outcome> {
  const target = dialTargetOf(monitor, tlsRequestOf(monitor));
  return observe(monitor, context, (net) =>
    converse(monitor, new Conversation(target, net), context, async (conversation, notes) => {
      await conversation.connect();
      notes.findings.push(...judgeProtocol(monitor, conversation.tlsSocket?.getProtocol() ?? 'none'));
      await hearBanner(conversation, monitor, notes);
      await sendAndHear(conversation, monitor, notes);
    }),
  );
}

function judgeProtocol({ expect: { protocol } }: TlsMonitor, agreed: string): readonly Finding[] {
  if (protocol === null) return [];
  const expectation = { what: 'protocol', reason: 'tls_version_unexpected', severity: 'down' } as const;
  return findingsOf(expectation, agreed, [
    { ok: protocol.some((version) => version === agreed), expected: protocol.join(' or ') },
  ]);
}
