import type { TcpMonitor } from '../../core/monitor/tcp.ts';
import type { Outcome } from '../../core/outcome.ts';
import { Conversation } from '../../net/conversation.ts';
import { converse, dialTargetOf, hearBanner, sendAndHear, tlsRequestOf, type Notes } from './converse.ts';
import { judgeSaid } from './hear.ts';
import { observe, type ProbeContext } from './probe.ts';
import { STARTTLS } from './starttls/protocols.ts';
import type { Starttls } from './starttls/starttls.ts';

/** Probes a port: connects, goes over to TLS where asked to, and talks: banner, what is sent, answer. */
export function probeTcp(monitor: TcpMonitor, context: ProbeContext): Promise<Outcome> {
  return observe(monitor, context, (net) =>
    converse(monitor, new Conversation(dialTargetOf(monitor, null), net), context, async (conversation, notes) => {
      await conversation.connect();
      if (monitor.starttls === null) await hearBanner(conversation, monitor, notes);
      else await startTls(conversation, STARTTLS[monitor.starttls], monitor, notes);
      await sendAndHear(conversation, monitor, notes);
    }),
  );
}

/** Goes over to TLS in the way of the protocol, whose greeting is the banner. */
async function startTls(
  conversation: Conversation,
  { agree, goodbye }: Starttls,
  monitor: TcpMonitor,
  { findings }: Notes,
): Promise<void> {
  const { banner } = monitor.expect;
  await agree(conversation, (greeting) => {
    if (banner !== null) findings.push(...judgeSaid('banner', banner, greeting));
  });
  await conversation.secure(tlsRequestOf(monitor));
  conversation.goodbye = goodbye;
}
