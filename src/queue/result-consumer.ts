import type { Milliseconds } from '../core/duration.ts';
import type { CheckResult } from '../core/outcome.ts';
import { openConsumer } from './consumer.ts';
import { RESULTS_QUEUE, type ResultsJob } from './payloads.ts';
import type { Transport } from './transport.ts';

/**
 * Batches handed to the recorder at a time. Redis keeps the others as long as it must. The embedded queue has no bound of
 * its own, so there the recorder gets them all: it keeps what it can while the database cannot be written, counts the rest.
 */
const BATCHES_AT_ONCE = { redis: 100, embedded: 50_000 } as const;
const POLL_MS = 10;

/** Takes outcomes from the queue and gives them to the recorder. */
export interface ResultConsumer {
  /** Waits until no batch is queued or under way, at most `patience` ms: what is queued in memory ends with the process. */
  drain(patience: Milliseconds): Promise<void>;
  close(grace: Milliseconds): Promise<void>;
}

/** `record` resolves when the results are stored; a batch whose `record` rejects comes again. */
export function openResultConsumer(
  transport: Transport,
  record: (results: readonly CheckResult[]) => Promise<void>,
): ResultConsumer {
  const queue = transport.queue<ResultsJob>(RESULTS_QUEUE, {});
  const consumer = openConsumer<ResultsJob>(transport, RESULTS_QUEUE, ({ results }) => record(results), {
    concurrency: BATCHES_AT_ONCE[transport.kind],
  });
  return {
    async drain(patience) {
      const deadline = performance.now() + patience;
      while (performance.now() < deadline) {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed');
        if (Object.values(counts).every((count) => count === 0)) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async close(grace) {
      await consumer.close(grace);
      await queue.close();
    },
  };
}
