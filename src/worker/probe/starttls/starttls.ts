import type { Conversation } from '../../../net/conversation.ts';

/** How a protocol goes on over TLS. One file each. */
export interface Starttls {
  /**
   * Reads the greeting, gives it to `greeted`, and asks for TLS; resolves when the handshake may begin, and ends the
   * conversation when the server does not want it. A protocol whose server says nothing first has no greeting.
   */
  readonly agree: (conversation: Conversation, greeted: (greeting: string) => void) => Promise<void>;
  /** What a polite client says before it leaves; `null` where the protocol has no such word. */
  readonly goodbye: string | null;
}
