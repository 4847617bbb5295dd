// The steps are drawn at random, so what is expected depends on the step.
/* oxlint-disable vitest/no-conditional-expect, vitest/expect-expect */
import type { IQueueBackend, JobsOptions, MinimalJob } from 'bullmq';

import { expect, it } from 'vitest';
import type { ManualClock } from '../../support/manual-clock.ts';
import { fc } from '../../support/property.ts';
import { jobAt, openStill, takeId } from './embedded-ground.ts';

const STATES = ['waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'] as const;
type State = (typeof STATES)[number];

interface ModelJob {
  readonly id: string;
  state: State;
  priority: number;
  /** Orders jobs within their state: lower goes first. */
  order: number;
  due: number;
}

type Step =
  | { readonly do: 'add'; readonly id: number; readonly opts: JobsOptions }
  | { readonly do: 'take' | 'stall' | 'pause' | 'resume' | 'drain' | 'retryAll' | 'promoteAll' | 'clean' }
  | { readonly do: 'complete' | 'fail'; readonly which: number; readonly keep: boolean }
  | { readonly do: 'delay' | 'retry' | 'remove' | 'promote' | 'return'; readonly which: number }
  | { readonly do: 'prioritize'; readonly which: number; readonly priority: number; readonly lifo: boolean }
  | { readonly do: 'pass'; readonly ms: number };

const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      id: fc.nat(14),
      opts: fc.record({ delay: fc.nat(50), priority: fc.nat(3), lifo: fc.boolean() }, { requiredKeys: [] }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'take' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('complete', 'fail'), which, keep: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delay', 'retry', 'remove', 'promote', 'return'), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('prioritize' as const), which, priority: fc.nat(3), lifo: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>(
      { do: 'stall' },
      { do: 'pause' },
      { do: 'resume' },
      { do: 'drain' },
      { do: 'retryAll' },
      { do: 'promoteAll' },
      { do: 'clean' },
    ),
  },
);

/** The queue as one would describe it: a list of jobs, looked through from end to end each time. */
class Model {
  jobs: ModelJob[] = [];
  paused = false;
  #sequence = 0;

  in(state: State): ModelJob[] {
    const rank = (job: ModelJob): number => (state === 'prioritized' ? job.priority : job.due);
    return this.jobs.filter((job) => job.state === state).sort((a, b) => rank(a) - rank(b) || a.order - b.order);
  }

  enter(job: ModelJob, state: State, first = false): void {
    this.#sequence += 1;
    job.state = state;
    job.order = first ? -this.#sequence : this.#sequence;
    if (state !== 'delayed') job.due = 0;
  }

  /** To wait, or among the prioritized ones. */
  enqueue(job: ModelJob, first = false): void {
    this.enter(job, job.priority > 0 ? 'prioritized' : 'waiting', job.priority > 0 ? false : first);
  }

  promoteDue(now: number): void {
    for (const job of this.in('delayed').filter(({ due }) => due <= now)) this.enqueue(job);
  }

  remove(job: ModelJob): void {
    this.jobs = this.jobs.filter((other) => other !== job);
  }
}

it('loses no job, counts right and keeps the order over any sequence of operations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80 }), async (steps) => {
      const { clock, backend } = openStill({ lockDuration: 30, stalledInterval: 5, maxStalledCount: 1000 });
      const model = new Model();
      for (const one of steps) {
        await run(one, { clock, backend, model });
        await compare(backend, model);
      }
      await drainInOrder(clock, backend, model);
    }),
    { numRuns: 300 },
  );
});

interface Parts {
  readonly clock: ManualClock;
  readonly backend: IQueueBackend;
  readonly model: Model;
}

async function run(step: Step, { clock, backend, model }: Parts): Promise<void> {
  const pick = (states: readonly State[], index: number): ModelJob | undefined => {
    const found = states.flatMap((state) => model.in(state));
    return found[index % Math.max(1, found.length)];
  };
  switch (step.do) {
    case 'add': {
      const id = `job-${step.id}`;
      expect(await backend.addJob(jobAt(clock, step.opts), id)).toBe(id);
      if (model.jobs.some((job) => job.id === id)) return;
      const { delay = 0, priority = 0, lifo = false } = step.opts;
      const job: ModelJob = { id, state: 'waiting', priority, order: 0, due: 0 };
      model.jobs.push(job);
      if (delay > 0) {
        job.due = clock.now() + delay;
        model.enter(job, 'delayed');
      } else model.enqueue(job, lifo);
      return;
    }
    case 'take': {
      model.promoteDue(clock.now());
      const job = model.paused ? undefined : (model.in('waiting')[0] ?? model.in('prioritized')[0]);
      expect(await takeId(backend, '0')).toBe(job?.id);
      if (job !== undefined) model.enter(job, 'active');
      return;
    }
    case 'complete':
    case 'fail': {
      const job = pick(['active'], step.which);
      if (job === undefined) return;
      if (step.do === 'complete') await backend.moveToCompleted(asJob(job), null, !step.keep, '0', false);
      else await backend.moveToFailed(asJob(job), 'bad', !step.keep, '0', false);
      if (step.keep) model.enter(job, step.do === 'complete' ? 'completed' : 'failed');
      else model.remove(job);
      return;
    }
    case 'delay': {
      const job = pick(['active'], step.which);
      if (job === undefined) return;
      await backend.moveToDelayed(job.id, clock.now(), 20, '0');
      job.due = clock.now() + 20;
      model.enter(job, 'delayed');
      return;
    }
    case 'retry': {
      model.promoteDue(clock.now());
      const job = pick(['active'], step.which);
      await backend.retryJob(job?.id ?? 'none', false, '0').catch(() => undefined);
      if (job !== undefined) model.enqueue(job);
      return;
    }
    case 'return': {
      const job = pick(['active'], step.which);
      if (job === undefined) return;
      await backend.moveJobFromActiveToWait(job.id, '0');
      model.enter(job, job.priority > 0 ? 'prioritized' : 'waiting', true);
      return;
    }
    case 'remove': {
      const job = pick(STATES, step.which);
      if (job === undefined) return;
      expect(await backend.remove(job.id, false)).toBe(1);
      model.remove(job);
      return;
    }
    case 'promote': {
      const job = pick(['delayed'], step.which);
      if (job === undefined) return;
      await backend.promote(job.id);
      model.enqueue(job);
      return;
    }
    case 'prioritize': {
      const job = pick(['waiting', 'prioritized'], step.which);
      if (job === undefined) return;
      await backend.changePriority(job.id, step.priority, step.lifo);
      job.priority = step.priority;
      model.enter(job, job.priority > 0 ? 'prioritized' : 'waiting', step.lifo);
      return;
    }
    case 'pass':
      clock.advance(step.ms);
      return;
    case 'stall':
    case 'pause':
    case 'resume':
    case 'drain':
    case 'retryAll':
    case 'promoteAll':
    case 'clean':
      await runOnQueue(step.do, { clock, backend, model });
  }
}

async function runOnQueue(
  what: 'stall' | 'pause' | 'resume' | 'drain' | 'retryAll' | 'promoteAll' | 'clean',
  { clock, backend, model }: Parts,
): Promise<void> {
  switch (what) {
    case 'stall':
      // Jobs are taken without a lock here, so the second of two checks finds each of them, oldest last on top.
      for (let check = 0; check < 2; check += 1) {
        clock.advance(5);
        const stalled = await backend.moveStalledJobsToWait();
        for (const id of stalled) {
          const job = model.jobs.find((one) => one.id === id);
          expect(job?.state).toBe('active');
          if (job !== undefined) enterWaitFirst(model, job);
        }
      }
      expect(model.in('active')).toEqual([]);
      return;
    case 'pause':
    case 'resume':
      model.paused = what === 'pause';
      await backend.pause(model.paused);
      return;
    case 'drain':
      await backend.drain(false);
      for (const job of [...model.in('waiting'), ...model.in('prioritized')]) model.remove(job);
      return;
    case 'retryAll':
      await backend.retryFinishedJobs('failed', 1000, clock.now());
      for (const job of model.in('failed')) enterWait(model, job);
      return;
    case 'promoteAll':
      await backend.promoteJobs(1000);
      for (const job of model.in('delayed')) enterWait(model, job);
      return;
    case 'clean':
      expect((await backend.cleanJobsByState('completed', clock.now())).length).toBe(model.in('completed').length);
      for (const job of model.in('completed')) model.remove(job);
  }
}

/** Some operations put a job to wait whatever its priority, as on Redis; it keeps the priority for later. */
function enterWait(model: Model, job: ModelJob): void {
  model.enter(job, 'waiting');
}

function enterWaitFirst(model: Model, job: ModelJob): void {
  model.enter(job, 'waiting', true);
}

async function compare(backend: IQueueBackend, model: Model): Promise<void> {
  expect(await backend.getCounts([...STATES])).toEqual(STATES.map((state) => model.in(state).length));
  const ids = (await backend.getRanges([...STATES], 0, -1, true)) as string[][];
  expect(ids.flat().toSorted()).toEqual(model.jobs.map(({ id }) => id).toSorted());
  for (const { id, state } of model.jobs) expect(await backend.getState(id)).toBe(state);
}

/** In the end every job that is left to run comes out, in the order of the model. */
async function drainInOrder(clock: ManualClock, backend: IQueueBackend, model: Model): Promise<void> {
  await backend.pause(false);
  clock.advance(1000);
  model.promoteDue(clock.now());
  const expected = [...model.in('waiting'), ...model.in('prioritized')].map(({ id }) => id);
  const taken: (string | undefined)[] = [];
  for (let id = await takeId(backend, '0'); id !== undefined; id = await takeId(backend, '0')) taken.push(id);
  expect(taken).toEqual(expected);
}

function asJob(job: ModelJob): MinimalJob {
  return { id: job.id, opts: { attempts: 1 } } as MinimalJob;
}
