import type { TcpMonitor } from '../../core/monitor/tcp.ts';
import type { Outcome } from '../../core/outcome.ts';
import { converse, dialTargetOf, hearBanner, sendAndHear, tlsRequestOf } from './converse.ts';
import { judgeSaid } from './hear.ts';
import { observe, type ProbeContext } from './probe.ts';
import { STARTTLS } from './starttls/protocols.ts';

/** Probes a port: connects, goes over to TLS where asked to, and talks: banner, what is sent, answer. */
export function probeTcp(monitor: TcpMonitor, context: ProbeContext): Promise<Outcome> {
  const { starttls, expect } = monitor;
  return observe(monitor, context, (net) =>
    converse(monitor, dialTargetOf(monitor, null), net, async (conversation, notes) => {
      await conversation.connect();
      if (starttls === null) await hearBanner(conversation, monitor, notes);
      else {
        const { agree, goodbye } = STARTTLS[starttls];
        await agree(conversation, (greeting) => {
          if (expect.banner !== null) notes.findings.push(...judgeSaid('banner', expect.banner, greeting));
        });
        await conversation.secure(tlsRequestOf(monitor));
        notes.goodbye = goodbye;
      }
      await sendAndHear(conversation, monitor, notes);
    }),
  );
}
