import type { Message, MessageLinks } from '../core/notify/message.ts';
import { acknowledgeToken } from '../core/trouble/acknowledge-token.ts';

/** Where this instance can be reached by those who read messages. */
export interface LinkSettings {
  /** `server.public_url`; `null` when nobody said. */
  readonly publicUrl: string | null;
  /** What acknowledge links are signed with. */
  readonly secret: string;
}

/** The addresses a message may show: of its incident, and to acknowledge it while there is something to acknowledge. */
export function linksOf(message: Message, { publicUrl, secret }: LinkSettings): MessageLinks {
  const { incident, resolved } = message;
  if (publicUrl === null || incident === null) return { incident: null, acknowledge: null };
  const base = `${publicUrl.replace(/\/+$/, '')}/incidents/${incident}`;
  const over = resolved || message.until !== null;
  return {
    incident: base,
    acknowledge: over ? null : `${base}/acknowledge?token=${acknowledgeToken(secret, incident)}`,
  };
}
