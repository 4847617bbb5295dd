import { expect, it } from 'vitest';
import { type Data, eventually, idsOf, onEachBackend, take } from './ground.ts';

onEachBackend((ground) => {
  const entries = (ids: string[], opts: object = {}): { name: string; data: Data; opts: object }[] =>
    ids.map((jobId) => ({ name: jobId, data: {}, opts: { ...opts, jobId } }));

  it('counts jobs in each state', async () => {
    const queue = ground.queue();
    await queue.addBulk([
      ...entries(['a', 'b']),
      ...entries(['c'], { delay: 60_000 }),
      ...entries(['d'], { priority: 1 }),
    ]);
    await take(ground.hand(queue));
    expect(await queue.getJobCounts()).toEqual({
      active: 1,
      completed: 0,
      delayed: 1,
      failed: 0,
      prioritized: 1,
      waiting: 1,
      'waiting-children': 0,
    });
    expect(await queue.getJobCounts('wait', 'active')).toEqual({ wait: 1, active: 1 });
    expect(await queue.count()).toBe(3);
    expect(await queue.getJobCountByTypes('waiting', 'delayed')).toBe(2);
  });

  it.each([
    [0, -1, ['a', 'b', 'c', 'd', 'e']],
    [0, 0, ['a']],
    [1, 2, ['b', 'c']],
    [3, 99, ['d', 'e']],
    [7, 9, []],
  ])('gives waiting jobs from %i to %i, oldest first', async (start, end, ids) => {
    const queue = ground.queue();
    await queue.addBulk(entries(['a', 'b', 'c', 'd', 'e']));
    expect(idsOf(await queue.getWaiting(start, end))).toEqual(ids);
    expect(idsOf(await queue.getJobs('waiting', start, end, true))).toEqual(ids);
  });

  it.each([
    ['waiting', {}],
    ['prioritized', { priority: 1 }],
    ['delayed', { delay: 60_000, timestamp: 1_900_000_000_000 }],
  ] as const)('gives %s jobs newest first when asked so', async (state, opts) => {
    const queue = ground.queue();
    await queue.addBulk(entries(['a', 'b', 'c', 'd'], opts));
    expect(idsOf(await queue.getJobs(state, 0, -1))).toEqual(['d', 'c', 'b', 'a']);
    expect(idsOf(await queue.getJobs(state, 1, 2))).toEqual(['c', 'b']);
    expect(idsOf(await queue.getJobs(state, 1, 2, true))).toEqual(['b', 'c']);
  });

  it('gives active jobs oldest first, finished ones newest first', async () => {
    const queue = ground.queue();
    const worker = ground.hand(queue);
    await queue.addBulk(entries(['a', 'b', 'c']));
    const jobs = [await take(worker), await take(worker), await take(worker)];
    expect(idsOf(await queue.getActive())).toEqual(['a', 'b', 'c']);
    for (const job of jobs) {
      const now = Date.now();
      await eventually(() => expect(Date.now()).toBeGreaterThan(now));
      await job.moveToCompleted('', 'token', false);
    }
    expect(idsOf(await queue.getCompleted())).toEqual(['c', 'b', 'a']);
    expect(idsOf(await queue.getJobs('completed', 0, 1, true))).toEqual(['a', 'b']);
    expect(await queue.getFailed()).toEqual([]);
  });

  it('gives jobs of several states in one list', async () => {
    const queue = ground.queue();
    await queue.addBulk([...entries(['a', 'b']), ...entries(['c'], { delay: 60_000 })]);
    expect(idsOf(await queue.getJobs(['delayed', 'waiting'], 0, -1, true))).toEqual(['c', 'a', 'b']);
    expect(idsOf(await queue.getJobs()).sort()).toEqual(['a', 'b', 'c']);
  });

  it('knows the state of a job', async () => {
    const queue = ground.queue();
    const worker = ground.hand(queue);
    const job = await queue.add('a', {}, { jobId: 'a' });
    expect([await job.getState(), await job.isWaiting(), await job.isActive()]).toEqual(['waiting', true, false]);
    const active = await take(worker);
    expect([await job.getState(), await job.isWaiting(), await job.isActive()]).toEqual(['active', false, true]);
    await active.moveToFailed(new Error('bad'), 'token', false);
    expect([await job.getState(), await job.isFailed(), await job.isCompleted()]).toEqual(['failed', true, false]);
    expect([await job.isDelayed(), await job.isWaitingChildren()]).toEqual([false, false]);
    await job.remove();
    expect([await job.getState(), await job.isFailed()]).toEqual(['unknown', false]);
  });

  it('tells whether a job has finished, and how', async () => {
    const queue = ground.queue();
    const backend = queue.getBackend();
    const worker = ground.hand(queue);
    await queue.addBulk(entries(['good', 'bad', 'open']));
    await (await take(worker)).moveToCompleted({ fine: true }, 'token', false);
    await (await take(worker)).moveToFailed(new Error('broken'), 'token', false);
    const ids = ['good', 'bad', 'open', 'gone'];
    expect(await Promise.all(ids.map((id) => backend.isFinished(id)))).toEqual([1, 2, 0, -1]);
    expect(await Promise.all(ids.map((id) => backend.isFinished(id, true)))).toEqual([
      [1, '{"fine":true}'],
      [2, 'broken'],
      [0],
      [-1, `Missing key for job bull:${queue.name}:gone. isFinished`],
    ]);
  });

  it('pages through the logs of a job, either way, and trims them', async () => {
    const queue = ground.queue();
    const job = await queue.add('a', {});
    for (const row of ['1', '2', '3', '4', '5']) await job.log(row);
    const { id = '' } = job;
    expect(await queue.getJobLogs(id, 1, 2)).toEqual({ logs: ['2', '3'], count: 5 });
    expect(await queue.getJobLogs(id, 0, 1, false)).toEqual({ logs: ['5', '4'], count: 5 });
    expect(await queue.getJobLogs(id, 0, -1, false)).toEqual({ logs: ['5', '4', '3', '2', '1'], count: 5 });
    await job.clearLogs(2);
    expect(await queue.getJobLogs(id)).toEqual({ logs: ['4', '5'], count: 2 });
    await job.clearLogs();
    expect(await queue.getJobLogs(id)).toEqual({ logs: [], count: 0 });
    expect(await queue.getJobLogs('gone')).toEqual({ logs: [], count: 0 });
  });

  it('keeps only so many logs as the job wants', async () => {
    const queue = ground.queue();
    const job = await queue.add('a', {}, { keepLogs: 2 });
    expect([await job.log('1'), await job.log('2'), await job.log('3')]).toEqual([1, 2, 2]);
    expect((await queue.getJobLogs(job.id ?? '')).logs).toEqual(['2', '3']);
  });

  it('refuses to change a job that is gone', async () => {
    const queue = ground.queue();
    const job = await queue.add('a', {});
    await job.remove();
    await expect(job.updateData({})).rejects.toThrow('Missing key for job 1. updateData');
    await expect(job.updateProgress(1)).rejects.toThrow('Missing key for job 1. updateProgress');
    await expect(job.log('a')).rejects.toThrow('Missing key for job 1. addLog');
    await expect(job.moveToDelayed(Date.now())).rejects.toThrow('Missing key for job 1. moveToDelayed');
    await expect(job.moveToWait('token')).rejects.toThrow('Missing key for job 1. moveJobFromActiveToWait');
  });

  it('refuses to move a job that is not active', async () => {
    const queue = ground.queue();
    const job = await queue.add('a', {});
    await expect(job.moveToCompleted('', 'token', false)).rejects.toThrow('Missing lock for job 1. moveToFinished');
    await expect(job.moveToCompleted('', '0', false)).rejects.toThrow(
      'Job 1 is not in the active state. moveToFinished',
    );
    expect(await job.getState()).toBe('waiting');
  });

  it('lists the workers of a queue by name', async () => {
    const queue = ground.queue();
    ground.worker(queue, async () => await Promise.resolve(null), { name: 'first' });
    const second = ground.worker(queue, async () => await Promise.resolve(null));
    await eventually(async () => expect(await queue.getWorkersCount()).toBe(2));
    expect((await queue.getWorkers()).map(({ rawname = '' }) => rawname).sort()).toEqual(
      [queue.getBackend().clientName(), queue.getBackend().clientName(':w:first')].sort(),
    );
    await second.close();
    await eventually(async () => expect(await queue.getWorkersCount()).toBe(1));
  });

  it('says what it has for Prometheus', async () => {
    const queue = ground.queue();
    await queue.add('a', {});
    expect(await queue.exportPrometheusMetrics()).toContain(`{queue="${queue.name}", state="waiting"} 1`);
  });
});
