import { availableParallelism } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isWorthSharing, Share, type Results } from '../../src/cli/check-share.ts';
import { UrlList } from '../../src/cli/check-urls.ts';
import { Lanes } from '../../src/cli/lanes.ts';
import { startSwitchableServer, type SwitchableServer } from '../targets/switchable-server.ts';

let server: SwitchableServer;
beforeAll(async () => {
  server = await startSwitchableServer();
});
afterEach(() => server.set('up'));
afterAll(() => server.close());

const COUNT = 600;

/** A share of a list, with no lane open here: the thread may have all it can have. */
function share(concurrency: number) {
  const given = Array.from({ length: COUNT }, (_, n) => `${server.url}${n}`);
  const urls = new UrlList(given, undefined);
  const lanes = new Lanes(
    concurrency,
    () => Promise.resolve(),
    () => undefined,
  );
  const results: Results[] = [];
  const tally = { ok: 0, bad: 0, running: 0 };
  const thread = new Share({
    options: { concurrency, timeout: 10_000 },
    urls,
    lanes,
    tally,
    take: (more) => (results.push(more), null),
    ready: () => thread.handOver(),
  });
  const first = server.hits.length;
  const printed = (): string[] =>
    results.flatMap(({ text }) => text.trimEnd().split('\n')).filter((line) => line !== '');
  return { given, urls, lanes, thread, tally, results, printed, hits: () => server.hits.slice(first) };
}

describe('isWorthSharing', () => {
  const cores = availableParallelism() > 1;
  it.each([
    { count: 499, is: false },
    { count: 500, is: cores },
    { count: 500, concurrency: 1, is: false },
    { count: 500, isLong: true, is: false },
    { threads: 1, count: 500, is: false },
    { threads: 2, count: 500, isLong: true, is: true },
    { threads: 2, count: 2, concurrency: 2, is: true },
    { threads: 2, count: 1, concurrency: 2, is: false },
    { threads: 2, count: 2, concurrency: 1, is: false },
  ])('of $count addresses, with $threads threads asked for: $is', ({ is, count, isLong = false, ...options }) => {
    const given = Array.from({ length: count }, (_, n) => `http://127.0.0.1/${n}`);
    expect(isWorthSharing(new UrlList(given, undefined), { concurrency: 100, ...options }, isLong)).toBe(is);
  });
});

describe('Share', () => {
  it('has every address of a list checked once, and its line printed', async () => {
    const { given, thread, printed, results, hits, urls } = share(100);
    await thread.over;
    expect(
      printed()
        .map((line) => line.split(' ').slice(0, 3).join(' '))
        .toSorted(),
    ).toEqual(given.map((url) => `${url} OK 200`).toSorted());
    expect(results.reduce((sum, { ok }) => sum + ok, 0)).toBe(COUNT);
    expect(new Set(hits().map(({ path }) => path)).size).toBe(COUNT);
    expect(hits()).toHaveLength(COUNT);
    expect(urls.next()).toBeUndefined();
  });

  it('opens half of the lanes, and no more than have closed here', async () => {
    await server.set('hang');
    const { thread, lanes, hits, tally } = share(100);
    await vi.waitFor(() => expect(hits()).toHaveLength(50), { timeout: 20_000 });
    expect(lanes.most).toBe(50);
    expect(tally.running).toBe(50);
    thread.close();
    await thread.over;
    expect(hits()).toHaveLength(50);
    expect(tally.running).toBe(0);
    expect(lanes.most).toBe(100);
  });

  it('gives back what has no result yet when the thread ends before', async () => {
    await server.set('slow', { delayMs: 50 });
    const { given, thread, printed, urls } = share(40);
    await vi.waitFor(() => expect(printed().length).toBeGreaterThan(100), { timeout: 20_000 });
    thread.close();
    await thread.over;
    const left: string[] = [];
    for (let url = urls.next(); url !== undefined; url = urls.next()) left.push(url);
    expect(left.length).toBeGreaterThan(0);
    expect([...printed().map((line) => line.split(' ')[0] ?? ''), ...left].toSorted()).toEqual(given.toSorted());
  });

  it('rejects when results cannot be taken', async () => {
    const urls = new UrlList([server.url], undefined);
    const lanes = new Lanes(
      2,
      () => Promise.resolve(),
      () => undefined,
    );
    const thread = new Share({
      options: { concurrency: 2, timeout: 10_000 },
      urls,
      lanes,
      tally: { ok: 0, bad: 0, running: 0 },
      take: () => Promise.reject(new Error('the disk is full')),
      ready: () => thread.handOver(),
    });
    await expect(thread.over).rejects.toThrow('the disk is full');
    thread.close();
  });
});
