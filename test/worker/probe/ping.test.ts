import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Reason } from '../../../src/core/reasons.ts';
import { createNetwork } from '../../../src/net/network.ts';
import { createResolver, type ResolvedAddress } from '../../../src/net/resolver.ts';
import { createPingProbe, type PingProbeOptions } from '../../../src/worker/probe/ping.ts';
import { leaksNothing, probeWritten, TEST_NETWORK } from '../../support/probing.ts';
import { hasIpv6Loopback } from '../../targets/open-fixture.ts';

const TIMEOUT = 300;
const folder = mkdtempSync(join(tmpdir(), 'longwatch-ping-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let programs = 0;

/** A program in place of ping, which does what these lines of shell say. */
function programThat(lines: string): string {
  const path = join(folder, `ping-${(programs += 1)}`);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

function summing(counts: string, rtt = ''): string {
  return programThat(
    `echo '--- 127.0.0.1 ping statistics ---'\necho '${counts}'\n${rtt === '' ? '' : `echo '${rtt}'`}`,
  );
}

function probeHost(
  written: Readonly<Record<string, unknown>> = {},
  options: PingProbeOptions = {},
  network = TEST_NETWORK,
) {
  const monitor = { type: 'ping', host: '127.0.0.1', timeout: `${TIMEOUT}ms`, ...written };
  return probeWritten(createPingProbe(options), monitor, network);
}

function named(...addresses: string[]) {
  const answer: readonly ResolvedAddress[] = addresses.map((address) => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  return createNetwork({ clock: systemClock, resolver: createResolver({ lookup: () => Promise.resolve(answer) }) });
}

/** A machine may lack ping, or not let us open its socket. */
const worksHere = spawnSync('ping', ['-c', '1', '127.0.0.1']).status === 0;

describe.skipIf(!worksHere)('ping of the system', () => {
  it('reaches the loopback, and its mean round trip is what is kept', async () => {
    const outcome = await probeHost({ timeout: '5s' });
    expect(outcome).toMatchObject({ status: 'up', reason: null, address: '127.0.0.1' });
    expect(outcome.durationMs).toBeGreaterThan(0);
    // Three requests are 400 ms apart from first to last: the run itself cannot be what was kept.
    expect(outcome.durationMs).toBeLessThan(400);
    expect(outcome.phases).toEqual({ dns: null, connect: null, tls: null, wait: outcome.durationMs, body: null });
    expect(outcome.evidence).toMatchObject({
      attempts: [{ address: '127.0.0.1', reason: null }],
      facts: { 'packets sent': '3', 'packets received': '3', 'packets lost': '0 %' },
      findings: [{ what: 'loss', ok: true, got: '0 % (0 of 3)', expected: 'less than 100 %' }],
    });
  });

  it('reaches an IPv6 address', async (context) => {
    if (!(await hasIpv6Loopback())) context.skip();
    expect(await probeHost({ host: '::1', count: 1, timeout: '5s' })).toMatchObject({ status: 'up', address: '::1' });
  });

  it('sends what it is told to', async () => {
    const outcome = await probeHost({ count: 1, size: 1000, dont_fragment: true, timeout: '5s' });
    expect(outcome).toMatchObject({ status: 'up', evidence: { facts: { 'packets sent': '1' } } });
  });

  it('sums up what came until the deadline', async () => {
    const outcome = await probeHost({ count: 20 });
    expect(outcome.status).toBe('up');
    expect(Number(outcome.evidence.facts['packets sent'])).toBeLessThan(20);
  });

  it('leaves nothing behind', async () => {
    const probe = createPingProbe();
    const monitor = { type: 'ping', host: '127.0.0.1', count: 1, timeout: '10s' };
    await leaksNothing(
      () => probeWritten(probe, monitor),
      () => 0,
    );
  }, 30_000);
});

describe('what is expected of the answers', () => {
  const slow = 'rtt min/avg/max/mdev = 1.000/250.000/500.000/1.000 ms';

  it.each<[string, Readonly<Record<string, unknown>>, string, Reason | null]>([
    ['3 packets transmitted, 2 received', {}, 'up', null],
    ['3 packets transmitted, 0 received', {}, 'down', 'ping_no_answer'],
    ['3 packets transmitted, 0 received, +3 errors', {}, 'down', 'host_unreachable'],
    ['3 packets transmitted, 2 received', { expect: { loss: { lte: 20 } } }, 'down', 'ping_loss'],
    ['3 packets transmitted, 2 received', { degraded: { loss: { lte: 20 } } }, 'degraded', 'ping_loss'],
    ['3 packets transmitted, 3 received', { expect: { rtt: '200ms' } }, 'down', 'response_slow'],
    ['3 packets transmitted, 3 received', { degraded: { rtt: '200ms' } }, 'degraded', 'response_slow'],
    ['3 packets transmitted, 3 received', { expect: { rtt: '300ms' } }, 'up', null],
  ])('%s with %j is %s (%s)', async (counts, written, status, reason) => {
    const program = summing(counts, counts.includes(' 0 received') ? '' : slow);
    expect(await probeHost(written, { program })).toMatchObject({ status, reason });
  });

  it('says all of it', async () => {
    const program = summing('3 packets transmitted, 2 received', slow);
    const outcome = await probeHost({ expect: { loss: { lt: 10 }, rtt: '100ms' } }, { program });
    expect(outcome.message).toBe(
      'loss: got 33.3 % (1 of 3), expected less than 10 %; rtt: got 250 ms, expected at most 100 ms',
    );
  });
});

describe('what can go wrong', () => {
  it.each<[string, string, Reason]>([
    ['is refused its socket', "echo 'ping: socket: Operation not permitted' >&2; exit 2", 'tool_missing'],
    ['does not know an option', "echo 'ping: unrecognized option: M' >&2; exit 1", 'tool_missing'],
    ['has no route', "echo 'ping: connect: Network is unreachable' >&2; exit 2", 'network_unreachable'],
    ['ends in a way nobody foresaw', "echo 'ping: what is this?' >&2; exit 2", 'internal_error'],
  ])('a ping that %s', async (_title, lines, reason) => {
    const outcome = await probeHost({}, { program: programThat(lines) });
    expect(outcome).toMatchObject({ status: 'unknown', reason });
    expect(outcome.evidence.attempts).toMatchObject([{ address: '127.0.0.1', reason }]);
  });

  it('says what to install where there is no ping', async () => {
    const outcome = await probeHost({}, { program: join(folder, 'no-such-program') });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'tool_missing' });
    expect(outcome.message).toContain('install iputils-ping');
  });

  it('says that it may not be run', async () => {
    const program = programThat('exit 0');
    chmodSync(program, 0o644);
    expect(await probeHost({}, { program })).toMatchObject({ status: 'unknown', reason: 'tool_missing' });
  });

  it('is killed at the deadline, deaf as it may be', async () => {
    const pid = join(folder, 'pid');
    const program = programThat(`echo $$ >${pid}\ntrap '' INT\nwhile :; do :; done`);
    const outcome = await probeHost({}, { program });
    expect(outcome).toMatchObject({ status: 'down', reason: 'timeout_wait' });
    expect(outcome.durationMs).toBeLessThanOrEqual(TIMEOUT + 100);
    const process = `/proc/${readFileSync(pid, 'utf8').trim()}`;
    await expect.poll(() => existsSync(process)).toBe(false);
  });

  it('is not sent to an address that the guard refuses', async () => {
    const program = programThat(`touch ${join(folder, 'was-run')}`);
    const outcome = await probeHost({ host: '169.254.169.254' }, { program });
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'blocked', address: null });
    expect(existsSync(join(folder, 'was-run'))).toBe(false);
  });

  it('goes to the vetted address and not to the name', async () => {
    const program = programThat(`printf '%s ' "$@" >${join(folder, 'arguments')}\nexit 2`);
    await probeHost({ host: 'host.example' }, { program }, named('127.0.0.1'));
    const said = readFileSync(join(folder, 'arguments'), 'utf8');
    expect(said).toContain('-- 127.0.0.1');
    expect(said).not.toContain('host.example');
  });

  it('tries the next address where there is no route to the first', async () => {
    const program = programThat(
      `case "$*" in *::1) echo 'ping: connect: Network is unreachable' >&2; exit 2;; esac\n` +
        `echo '3 packets transmitted, 3 received'\necho 'rtt min/avg/max/mdev = 1/2/3/0 ms'`,
    );
    const outcome = await probeHost({ host: 'host.example' }, { program }, named('::1', '127.0.0.1'));
    expect(outcome).toMatchObject({ status: 'up', address: '127.0.0.1', durationMs: 2 });
    expect(outcome.evidence.attempts).toMatchObject([
      { address: '::1', reason: 'network_unreachable' },
      { address: '127.0.0.1', reason: null },
    ]);
  });
});

describe('many pings', () => {
  it('run so many at once, and waiting is not held against the target', async () => {
    const running = join(folder, 'running');
    const lines = `mkdir ${running} || echo 'ping: two at once' >&2\nsleep 0.05\nrmdir ${running}\necho '1 packets transmitted, 1 received'`;
    const probe = createPingProbe({ program: programThat(lines), atOnce: 1 });
    const monitor = { type: 'ping', host: '127.0.0.1', timeout: '250ms' };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => probeWritten(probe, monitor)));
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'up'));
    expect(outcomes.map(({ evidence }) => evidence.facts['ping says'])).toEqual(outcomes.map(() => undefined));
    const begins = outcomes.map(({ startedAt }) => startedAt ?? 0);
    expect(Math.max(...begins) - Math.min(...begins)).toBeGreaterThan(250);
  });
});
