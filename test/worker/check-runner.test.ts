import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { NO_EVIDENCE } from '../../src/core/evidence.ts';
import { hostOf } from '../../src/core/monitor/kinds.ts';
import type { ProbedMonitor } from '../../src/core/monitor/monitor.ts';
import { outcomeNotRun, type CheckResult, type Outcome } from '../../src/core/outcome.ts';
import { openCheckProducer } from '../../src/queue/check-producer.ts';
import { LocalDefinitions } from '../../src/queue/definitions.ts';
import { openEmbeddedTransport } from '../../src/queue/embedded-transport.ts';
import type { CheckJob } from '../../src/queue/payloads.ts';
import { openResultConsumer } from '../../src/queue/result-consumer.ts';
import { ResultProducer } from '../../src/queue/result-producer.ts';
import { openCheckRunner, type CheckRunnerDeps, type CheckRunnerSettings } from '../../src/worker/check-runner.ts';
import type { CheckOptions } from '../../src/worker/probe/probe.ts';
import { aMonitor } from '../support/monitors.ts';

const up: Outcome = { ...outcomeNotRun('internal_error'), status: 'up', reason: null, startedAt: 1, durationMs: 1 };
const TRACE = 'ab'.repeat(16);
const trusting = { judge: ({ outcome }: { readonly outcome: Outcome }) => Promise.resolve(outcome) };
const poll = { timeout: 5000, interval: 5 };

/** The way from a queued check to its recorded result, on the embedded queue, with a probe of the test's own. */
async function aRunner(
  probe: (monitor: ProbedMonitor, options: CheckOptions) => Promise<Outcome>,
  monitors: ProbedMonitor[] = [aMonitor()],
  settings: Partial<CheckRunnerSettings> = {},
  deps: Partial<Pick<CheckRunnerDeps, 'egress' | 'standstill' | 'elsewhere'>> = {},
) {
  const logger = pino({ level: 'silent' });
  const clock = systemClock;
  const transport = openEmbeddedTransport({ logger, clock });
  const definitions = new LocalDefinitions();
  await definitions.publish(monitors);
  const recorded: CheckResult[] = [];
  const checks = openCheckProducer(transport, clock);
  const consumer = openResultConsumer(transport, (results) => {
    recorded.push(...results);
    for (const { monitor, slot } of results) checks.settle(monitor, slot);
    return Promise.resolve();
  });
  const results = new ResultProducer(transport, logger);
  const runner = openCheckRunner(
    {
      transport,
      definitions,
      results,
      probe,
      egress: deps.egress ?? trusting,
      standstill: deps.standstill ?? { sum: 0 },
      elsewhere: deps.elsewhere ?? null,
      clock,
      logger,
    },
    { concurrency: 10, per_host: null, location: 'here', ...settings },
  );
  onTestFinished(async () => {
    await runner.close(100);
    await results.close(100);
    await consumer.close(100);
    await checks.close();
    await transport.close();
  });
  const enqueue = (
    id: string,
    slot = Date.now(),
    version = definitions.versionOf(id) ?? '',
    more: Pick<CheckJob, 'attempt' | 'avoid'> = {},
  ): Promise<void> =>
    checks.enqueue([{ monitor: id, slot, version, interval: 60_000, timeout: 1000, trace: TRACE, ...more }]);
  return { enqueue, recorded, checks, runner, results, consumer };
}

describe('the check runner', () => {
  it('probes what is due and hands the outcome on with monitor, slot and location', async () => {
    const { enqueue, recorded, checks } = await aRunner(() => Promise.resolve(up));
    const slot = Date.now();
    await enqueue('website', slot);
    expect(checks.isUnderWay('website')).toBe(true);
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    expect(recorded[0]).toMatchObject({ monitor: 'website', slot, location: 'here', interval: 60_000, status: 'up' });
    expect(checks.isUnderWay('website')).toBe(false);
  });

  it('takes the same slot once, however often it is queued', async () => {
    const { enqueue, recorded } = await aRunner(() => new Promise((resolve) => setTimeout(() => resolve(up), 50)));
    const slot = Date.now();
    await Promise.all([enqueue('website', slot), enqueue('website', slot), enqueue('website', slot)]);
    await enqueue('website', slot + 1);
    await vi.waitFor(() => expect(recorded).toHaveLength(2), poll);
    expect(recorded.map((result) => result.slot)).toEqual([slot, slot + 1]);
  });

  it('does not run a check that is older than its interval, nor one whose definition is not there', async () => {
    const probed: string[] = [];
    const { enqueue, recorded } = await aRunner((monitor) => {
      probed.push(monitor.id);
      return Promise.resolve(up);
    });
    await enqueue('website', Date.now() - 60_001);
    await enqueue('website', Date.now(), 'another version');
    await enqueue('nobody');
    await vi.waitFor(() => expect(recorded).toHaveLength(3), poll);
    expect(recorded.every(({ status }) => status === 'unknown')).toBe(true);
    expect(recorded.map(({ reason }) => reason ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
      'definition_missing',
      'definition_missing',
      'missed_late',
    ]);
    expect(probed).toEqual([]);
  });

  it('says which look it was, and asks whether a failure is our own before it hands it on', async () => {
    const failed: Outcome = { ...up, status: 'down', reason: 'timeout_connect' };
    const asked: boolean[] = [];
    const egress: CheckRunnerDeps['egress'] = {
      judge({ outcome, confirms }) {
        asked.push(confirms);
        return Promise.resolve({ ...outcome, status: 'unknown', reason: 'cut_off' });
      },
    };
    const { enqueue, recorded } = await aRunner(() => Promise.resolve(failed), undefined, {}, { egress });
    await enqueue('website', Date.now() - 1);
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    await enqueue('website', Date.now(), undefined, { attempt: 2 });
    await vi.waitFor(() => expect(recorded).toHaveLength(2), poll);
    expect(recorded).toMatchObject([
      { attempt: 1, status: 'unknown', reason: 'cut_off' },
      { attempt: 2, status: 'unknown', reason: 'cut_off' },
    ]);
    expect(asked).toEqual([false, true]);
  });

  it('holds no timeout against a target while this process itself stood still', async () => {
    const late: Outcome = { ...up, status: 'down', reason: 'timeout_wait' };
    const standstill = { sum: 0 };
    const probe = (): Promise<Outcome> => {
      standstill.sum += 4000;
      return Promise.resolve(late);
    };
    const { enqueue, recorded } = await aRunner(probe, undefined, {}, { standstill });
    await enqueue('website');
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    expect(recorded[0]).toMatchObject({ status: 'unknown', reason: 'worker_stalled' });
    expect(recorded[0]?.message).toContain('4000 ms');
  });

  it('leaves a check to another location when it is told to and there is one', async () => {
    const left: CheckJob[] = [];
    const there = { is: true };
    const elsewhere: CheckRunnerDeps['elsewhere'] = {
      leave(check) {
        if (there.is) left.push(check);
        return Promise.resolve(there.is);
      },
    };
    const { enqueue, recorded } = await aRunner(() => Promise.resolve(up), undefined, {}, { elsewhere });
    const slot = Date.now() - 10;
    await enqueue('website', slot, undefined, { attempt: 2, avoid: 'here' });
    await vi.waitFor(() => expect(left).toMatchObject([{ slot, attempt: 2 }]), poll);
    await enqueue('website', slot + 1, undefined, { attempt: 2, avoid: 'there' });
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    there.is = false;
    await enqueue('website', slot + 2, undefined, { attempt: 2, avoid: 'here' });
    await vi.waitFor(() => expect(recorded).toHaveLength(2), poll);
    expect([left.length, recorded.map((result) => result.slot)]).toEqual([1, [slot + 1, slot + 2]]);
  });

  it('turns a probe that throws into an unknown of our own, not into a down', async () => {
    const { enqueue, recorded } = await aRunner(() => Promise.reject(new Error('a bug')));
    await enqueue('website');
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    expect(recorded[0]).toMatchObject({ status: 'unknown', reason: 'internal_error' });
  });

  it('lets a busy host wait without keeping the others waiting', async () => {
    const running = new Map<string, number>();
    let most = 0;
    const ends: (() => void)[] = [];
    const probe = async (monitor: ProbedMonitor): Promise<Outcome> => {
      if (hostOf(monitor) === 'slow.example') {
        running.set('slow', (running.get('slow') ?? 0) + 1);
        most = Math.max(most, running.get('slow') ?? 0);
        await new Promise<void>((resolve) => ends.push(resolve));
        running.set('slow', (running.get('slow') ?? 0) - 1);
      }
      return up;
    };
    const slow = Array.from({ length: 6 }, (_, index) =>
      aMonitor({ id: `slow-${index}`, url: 'http://slow.example/' }),
    );
    const quick = Array.from({ length: 6 }, (_, index) => aMonitor({ id: `quick-${index}`, url: `http://q${index}/` }));
    const { enqueue, recorded } = await aRunner(probe, [...slow, ...quick], { concurrency: 3, per_host: 2 });
    for (const { id } of [...slow, ...quick]) await enqueue(id);
    await vi.waitFor(() => expect(recorded).toHaveLength(6), poll);
    expect(recorded.every(({ monitor }) => monitor.startsWith('quick'))).toBe(true);
    await vi.waitFor(() => {
      ends.splice(0).forEach((end) => end());
      expect(recorded).toHaveLength(12);
    }, poll);
    expect(most).toBe(2);
  });

  it('lets targets that hang keep no others waiting, once it knows them', async () => {
    const ends: (() => void)[] = [];
    let outcome: Outcome = { ...up, durationMs: 1000 };
    const begun: string[] = [];
    const probe = async ({ id }: ProbedMonitor): Promise<Outcome> => {
      begun.push(id);
      if (id.startsWith('quick')) return up;
      await new Promise<void>((resolve) => ends.push(resolve));
      return outcome;
    };
    const named = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => aMonitor({ id: `${name}-${index}`, timeout: 1000 }));
    const [hanging, quick] = [named('hanging', 12), named('quick', 12)];
    const { enqueue, recorded } = await aRunner(probe, [...hanging, ...quick], { concurrency: 4 });
    for (const { id } of [...hanging, ...quick]) await enqueue(id, Date.now() - 2);
    await vi.waitFor(() => {
      ends.splice(0).forEach((end) => end());
      expect(recorded).toHaveLength(24);
    }, poll);

    // Two of four places are theirs now, for as long as they hang, and the others pass by those that wait.
    for (const { id } of [...hanging, ...quick]) await enqueue(id, Date.now() - 1);
    await vi.waitFor(() => expect(recorded).toHaveLength(36), poll);
    expect(recorded.slice(24).every(({ monitor }) => monitor.startsWith('quick'))).toBe(true);
    expect(begun.slice(24).filter((id) => id.startsWith('hanging'))).toHaveLength(2);

    outcome = up;
    await vi.waitFor(() => {
      ends.splice(0).forEach((end) => end());
      expect(recorded).toHaveLength(48);
    }, poll);
  });

  it('asks for evidence and hands it on only when it is news, without what the monitor was told to keep secret', async () => {
    const asked: CheckOptions[] = [];
    const evidence = { ...NO_EVIDENCE, facts: { heard: 'token-12345' } };
    const probe = (_monitor: ProbedMonitor, options: CheckOptions): Promise<Outcome> => {
      asked.push(options);
      return Promise.resolve({ ...up, message: 'token-12345', evidence });
    };
    const { enqueue, recorded } = await aRunner(probe, [aMonitor({ auth: { bearer: 'token-12345' } })]);
    const slot = Date.now();
    await enqueue('website', slot - 1);
    await vi.waitFor(() => expect(recorded).toHaveLength(1), poll);
    await enqueue('website', slot);
    await vi.waitFor(() => expect(recorded).toHaveLength(2), poll);
    expect(asked).toEqual([
      { traceId: TRACE, evidence: true },
      { traceId: TRACE, evidence: true },
    ]);
    expect(recorded[0]).toMatchObject({ message: '…', evidence: { facts: { heard: '…' } } });
    expect(recorded[1]).toMatchObject({ message: '…', evidence: null });
  });

  it('finishes the checks under way when it closes', async () => {
    let finish: (() => void) | undefined;
    const { enqueue, recorded, runner, results, consumer } = await aRunner(
      () => new Promise((resolve) => (finish = () => resolve(up))),
    );
    await enqueue('website');
    await vi.waitFor(() => expect(runner.active).toBe(1), poll);
    const closing = runner.close(5000);
    finish?.();
    await closing;
    await results.close(1000);
    await consumer.drain(1000);
    expect(recorded).toHaveLength(1);
  });
});
