import { startThread, type Thread } from '../db/thread.ts';
import { threadEntry } from '../db/thread-entry.ts';
import type { AnswerTo, QuestionName, QuestionOf } from './questions.ts';
import type { NamedQuestion, ReaderThreadData, ReaderThreadMethods } from './reader-thread.ts';

/** A second thread answers while the first is at a long question; more would compete with the probes for processors. */
const MOST_THREADS = 2;

/** An answer of thousands of entries is made in half the time of that with 24, see {@link startThread}; taken when it is needed only. MB. */
export const READER_YOUNG_MB = 48;

/** Answers questions about history without blocking the thread that asks. */
export interface Reader {
  /** Rejects with `monitor_not_found`, `bad_request`, `db_…`. */
  ask<Name extends QuestionName>(name: Name, question: QuestionOf<Name>): Promise<AnswerTo<Name>>;
  /** Ends the threads; questions not answered yet reject. */
  close(): Promise<void>;
}

interface Answering {
  readonly thread: Thread<ReaderThreadMethods>;
  readonly opened: Promise<void>;
}

/**
 * Opens a database for reading in threads of its own, which must exist by then: after the recorder. Throws `db_…` and
 * `native_module_missing`. A second thread starts with the first question that finds the other one busy.
 */
export async function openReader(path: string): Promise<Reader> {
  const threads = [openThread(path)];
  await threads[0]?.opened;
  return {
    ask: async (name, question) => {
      const { thread, opened } = leastBusy(threads, path);
      await opened;
      const answer = await thread.call('ask', { name, question } as NamedQuestion);
      return answer as AnswerTo<typeof name>;
    },
    close: async () => {
      await Promise.all(threads.splice(0).map(({ thread }) => thread.terminate()));
    },
  };
}

function leastBusy(threads: Answering[], path: string): Answering {
  const alive = threads.filter(({ thread }) => thread.alive);
  threads.splice(0, threads.length, ...alive);
  const free = alive.toSorted((one, other) => one.thread.pending - other.thread.pending)[0];
  if (free !== undefined && (free.thread.pending === 0 || alive.length >= MOST_THREADS)) return free;
  const started = openThread(path);
  threads.push(started);
  return started;
}

function openThread(path: string): Answering {
  const data: ReaderThreadData = { path };
  const entry = threadEntry(import.meta.url, 'reader-thread');
  const thread = startThread<ReaderThreadMethods>(entry, 'reader', data, READER_YOUNG_MB);
  const opened = thread.call('open', null).catch(async (error: unknown) => {
    await thread.terminate();
    throw error;
  });
  return { thread, opened };
}
