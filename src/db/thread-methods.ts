import { parentPort } from 'node:worker_threads';
import { AppError, toError, type ErrorCode } from '../core/errors.ts';

/** What can be asked of a thread: each method takes one argument that survives structured cloning. */
export type ThreadMethods = Readonly<Record<string, (argument: never) => unknown>>;

/** One call on its way to a thread. */
export interface ThreadCall {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

/** What came of a call. Errors travel as data: cloning would drop everything but their message. */
export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly fault: {
        readonly code: ErrorCode | null;
        readonly message: string;
        readonly hint: string | null;
        readonly stack: string | null;
      };
    };

/** Answers calls in this thread, in the order they come, each to its end before the next. */
export function answerCalls(methods: ThreadMethods): void {
  const port = parentPort;
  if (port === null) throw new Error('this module is started as a thread only');
  let last: Promise<void> = Promise.resolve();
  port.on('message', (call: ThreadCall) => {
    last = last.then(async () => {
      port.postMessage(await answer(methods, call));
    });
  });
}

async function answer(methods: ThreadMethods, { id, method, argument }: ThreadCall): Promise<ThreadAnswer> {
  try {
    const run = methods[method];
    if (run === undefined) throw new Error(`a thread was asked for "${method}", which it does not know`);
    return { id, value: await run(argument as never) };
  } catch (thrown) {
    const error = toError(thrown);
    const known = error instanceof AppError ? error : undefined;
    return {
      id,
      fault: {
        code: known?.code ?? null,
        message: error.message,
        hint: known?.hint ?? null,
        stack: error.stack ?? null,
      },
    };
  }
}
