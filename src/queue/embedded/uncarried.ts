import { EventEmitter } from 'node:events';
import { refuse } from './refusals.ts';

/**
 * The part of BullMQ's store interface that is about flows and job schedulers. What would change something is refused;
 * what only asks is answered truthfully: there are none.
 */
export abstract class UncarriedOperations extends EventEmitter {
  addFlow(): Promise<never> {
    return refused('flow', 'adding a flow');
  }

  moveToWaitingChildren(): Promise<never> {
    return refused('flow', 'waiting for children');
  }

  removeChildDependency(): Promise<never> {
    return refused('flow', "removing a child's dependency");
  }

  addJobScheduler(): Promise<never> {
    return refused('schedule', 'adding a job scheduler');
  }

  updateJobSchedulerNextMillis(): Promise<never> {
    return refused('schedule', 'moving a job scheduler on');
  }

  /** A job without children has none to remove. */
  removeUnprocessedChildren(): Promise<void> {
    return Promise.resolve();
  }

  getDependencyCounts(_jobId: string, types: string[]): Promise<number[]> {
    return Promise.resolve(types.map(() => 0));
  }

  getDependencies(): Promise<object> {
    return Promise.resolve({ processed: {}, unprocessed: [], failed: [], ignored: {} });
  }

  getProcessedChildrenValues(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  getIgnoredChildrenFailures(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  /** Only the children of flows are paginated. */
  paginate(): Promise<{ cursor: string; items: []; total: number; jobs: [] }> {
    return Promise.resolve({ cursor: '0', items: [], total: 0, jobs: [] });
  }

  /** 1 is Redis' answer for a scheduler that is not there. */
  removeJobScheduler(): Promise<number> {
    return Promise.resolve(1);
  }

  getJobScheduler(): Promise<[null, null]> {
    return Promise.resolve([null, null]);
  }

  isJobScheduler(): Promise<boolean> {
    return Promise.resolve(false);
  }

  getJobSchedulerData(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  getJobSchedulersRange(): Promise<string[]> {
    return Promise.resolve([]);
  }

  getJobSchedulersCount(): Promise<number> {
    return Promise.resolve(0);
  }
}

async function refused(...what: Parameters<typeof refuse>): Promise<never> {
  await Promise.resolve();
  return refuse(...what);
}
