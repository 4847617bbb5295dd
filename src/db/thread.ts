import { Worker } from 'node:worker_threads';
import { AppError } from '../core/errors.ts';
import type { ThreadAnswer, ThreadCall, ThreadMethods } from './thread-methods.ts';
import type { ThreadEntry } from './thread-entry.ts';

/** Small on purpose: what a thread here holds is rows of one question or one flush. In MB. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, stackSizeMb: 2 } as const;
const USUAL_YOUNG_MB = 4;

/** A thread that answers calls one after the other. */
export interface Thread<Methods extends ThreadMethods> {
  /** Asks for one method; rejects with what it threw, or when the thread dies before it answers. */
  call<Name extends keyof Methods & string>(
    name: Name,
    argument: Parameters<Methods[Name]>[0],
  ): Promise<Awaited<ReturnType<Methods[Name]>>>;
  /** Calls that were not answered yet. */
  readonly pending: number;
  readonly alive: boolean;
  /** Ends the thread at once; calls still pending reject. Close what it holds through a call of your own before. */
  terminate(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts a thread whose module calls `answerCalls`. It does not keep the process alive while nothing is asked. `youngMb` is
 * the memory for young objects, MB: where calls make many, too little of it doubles what they take.
 */
export function startThread<Methods extends ThreadMethods>(
  entry: ThreadEntry,
  name: string,
  data: unknown,
  youngMb = USUAL_YOUNG_MB,
): Thread<Methods> {
  const worker = new Worker(entry.url, {
    name,
    workerData: data,
    argv: [...entry.argv],
    resourceLimits: { ...RESOURCE_LIMITS, maxYoungGenerationSizeMb: youngMb },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: Error | undefined;
  const die = (error: Error): void => {
    death ??= error;
    for (const call of waiting.values()) call.reject(death);
    waiting.clear();
  };
  worker.on('message', (answer: ThreadAnswer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('fault' in answer) call?.reject(revive(answer.fault));
    else call?.resolve(answer.value as never);
  });
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (status) => die(new Error(`the ${name} thread ended with status ${status}`)));
  worker.unref();
  return {
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death);
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        worker.ref();
        worker.postMessage({ id: lastId, method, argument } satisfies ThreadCall);
      }),
    get pending() {
      return waiting.size;
    },
    get alive() {
      return death === undefined;
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}

function revive(fault: Extract<ThreadAnswer, { fault: unknown }>['fault']): Error {
  const error =
    fault.code === null
      ? new Error(fault.message)
      : new AppError(fault.code, fault.message, fault.hint === null ? {} : { hint: fault.hint });
  if (fault.stack !== null) error.stack = fault.stack;
  return error;
}
