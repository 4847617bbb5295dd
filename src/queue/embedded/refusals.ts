import { AppError } from '../../core/errors.ts';

const INSTEAD = {
  flow: 'Add the next job from the processor of the one before it, or run this queue on Redis.',
  schedule: 'Add a job with a delay when the last one is done, or run this queue on Redis.',
} as const;

/**
 * Refuses an operation the embedded queue does not carry: flows (parents and children) and job schedulers.
 *
 * @throws AppError `queue_unsupported`, always
 */
export function refuse(kind: keyof typeof INSTEAD, operation: string): never {
  const what = kind === 'flow' ? 'flows' : 'job schedulers';
  throw new AppError('queue_unsupported', `The embedded queue has no ${what}: ${operation} is refused.`, {
    hint: INSTEAD[kind],
  });
}
