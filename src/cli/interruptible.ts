const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What work is told by that was given up because of a signal to this process. */
class Interrupted extends Error {
  readonly exitStatus: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(signal);
    this.exitStatus = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Does work that can be given up in the middle and then cleans up behind itself. After a signal the exit status is that of
 * the signal and the answer `undefined`; a second signal ends the process at once.
 */
export async function interruptible<Answer>(
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer | undefined> {
  const controller = new AbortController();
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => controller.abort(new Interrupted(signal));
    process.once(signal, listener);
    return [signal, listener] as const;
  });
  try {
    return await work(controller.signal);
  } catch (thrown) {
    if (!(thrown instanceof Interrupted)) throw thrown;
    process.exitCode = thrown.exitStatus;
    return undefined;
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
