import type { DeliveryAnswer, DeliveryReport } from '../core/notify/message.ts';
import type { ActionReceipt, TroubleAction } from '../core/trouble/action.ts';

/** What the API needs to act on trouble, beyond asking about it. */
export interface TroubleDeps {
  /** Does what a user wants done, and resolves when it is committed. Rejects with `not_found` and `bad_request`. */
  act(action: TroubleAction): Promise<ActionReceipt>;
  /** Sends a test message to a channel and gives the answer of its service. Rejects with `not_found`. */
  testChannel(channel: string): Promise<TestAnswer>;
  /** `server.api_token`; `null` lets nobody act but programs of this very machine. */
  readonly apiToken: string | null;
  /** Whether people reach this server through another one, which may not say whom it forwards for. */
  behindProxy(): boolean;
  /** The secret under which links to acknowledge are signed (src/core/trouble/acknowledge-token.ts). */
  readonly linkSecret: string;
}

/** What the service of a channel answered to a test message, and how long it took. */
export type TestAnswer = DeliveryAnswer & Pick<DeliveryReport, 'tookMs'>;
