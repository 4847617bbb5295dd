import type { Failure } from './failure.ts';

/** Thrown by a conversation that cannot go on, with why; whoever began it catches it and makes it data again. */
export class ConversationEnded extends Error {
  readonly failure: Failure;

  constructor(why: Failure) {
    super(why.message);
    this.failure = why;
  }
}

/** Ends a conversation because of what the other side did. */
export function end(why: Failure): never {
  throw new ConversationEnded(why);
}

/** Waits for the end of a conversation: why it ended early, or `null` when it came to its end. */
export async function whyEnded(conversation: Promise<void>): Promise<Failure | null> {
  try {
    await conversation;
    return null;
  } catch (thrown) {
    if (thrown instanceof ConversationEnded) return thrown.failure;
    throw thrown;
  }
}
