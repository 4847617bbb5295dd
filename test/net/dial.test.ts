import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { OWN_NETWORK_POLICY, type AddressPolicy } from '../../src/net/address-guard.ts';
import { Deadline } from '../../src/net/deadline.ts';
import { Dial, type DialTarget } from '../../src/net/dial.ts';
import type { Failure } from '../../src/net/failure.ts';
import { createNetwork } from '../../src/net/network.ts';
import { PhaseTimer } from '../../src/net/phase-timer.ts';
import { createResolver, type ResolvedAddress, type ResolverOptions } from '../../src/net/resolver.ts';
import { startTarget, type Target } from '../targets/start-target.ts';

const open: Target[] = [];
afterEach(() => Promise.all(open.splice(0).map((target) => target.close())));

async function listen(): Promise<Target> {
  const target = await startTarget('ok');
  open.push(target);
  return target;
}

interface Dialled {
  readonly dial: Dial;
  readonly result: Socket | Failure;
  readonly connectMs: number | null;
}

async function dialWith(
  lookup: Required<ResolverOptions>['lookup'],
  target: Partial<DialTarget> & { readonly port: number },
  options: {
    readonly timeout?: number;
    readonly tryLookups?: () => Promise<boolean>;
    readonly policy?: AddressPolicy;
  } = {},
): Promise<Dialled> {
  const { tryLookups = () => Promise.resolve(true), timeout = 2000, policy = OWN_NETWORK_POLICY } = options;
  const network = createNetwork({ clock: systemClock, resolver: createResolver({ lookup, tryLookups }), policy });
  const deadline = new Deadline(systemClock, timeout);
  const phases = new PhaseTimer(systemClock);
  const whole = { host: 'target.example', tls: null, from: null, ipVersion: 'any' as const, resolver: null, ...target };
  const context = { network, deadline, phases };
  let dial: Dial | undefined;
  const result = await new Promise<Socket | Failure>((resolve) => {
    const started = new Dial(whole, context, resolve);
    dial = started;
    deadline.whenOver(() => resolve(started.timeoutFailure()));
    started.start();
  });
  deadline.clear();
  dial?.abandon();
  return { dial: dial!, result, connectMs: phases.finish().connect };
}

const answering = (...addresses: string[]) => {
  const answer: readonly ResolvedAddress[] = addresses.map((address) => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  return () => Promise.resolve(answer);
};

describe('a dial', () => {
  it('connects to the address the name stands for', async () => {
    const { port } = await listen();
    const { dial, result } = await dialWith(answering('127.0.0.1'), { port });
    expect(result).toHaveProperty('destroy');
    expect(dial.address).toBe(`127.0.0.1:${port}`);
    expect(dial.addressClass).toBe('private');
  });

  it('tries the next address when one refuses', async () => {
    const { port } = await listen();
    const { dial, result } = await dialWith(answering('127.0.0.2', '127.0.0.1'), { port });
    expect(result).toHaveProperty('destroy');
    expect(dial.address).toBe(`127.0.0.1:${port}`);
  });

  it('reports the failure of the last address when all refuse', async () => {
    const { port } = await listen();
    const { dial, result } = await dialWith(answering('127.0.0.2', '127.0.0.3'), { port });
    expect(result).toMatchObject({ reason: 'conn_refused' });
    expect(dial.address).toBe(`127.0.0.3:${port}`);
  });

  it('refuses a name when any of its addresses is forbidden, and dials none', async () => {
    const target = await listen();
    const { dial, result } = await dialWith(answering('127.0.0.1', '169.254.169.254'), { port: target.port });
    expect(result).toMatchObject({ reason: 'blocked' });
    expect(dial.address).toBeNull();
    expect(target.requests).toHaveLength(0);
  });

  it('refuses a private address to which a public site leads', async () => {
    const { result } = await dialWith(answering('127.0.0.1'), { port: 80, from: 'public' });
    expect(result).toMatchObject({ reason: 'blocked' });
  });

  it('asks for a name once, so that a flip-flopping answer finds no window', async () => {
    const { port } = await listen();
    let asked = 0;
    const flip = (): Promise<readonly ResolvedAddress[]> =>
      answering(asked++ === 0 ? '127.0.0.1' : '169.254.169.254')();
    const { dial } = await dialWith(flip, { port });
    expect(asked).toBe(1);
    expect(dial.address).toBe(`127.0.0.1:${port}`);
  });

  it('refuses a connection that leads elsewhere than to the vetted address', async () => {
    const target = await listen();
    // The system takes the unspecified address for the loopback.
    const allow = [{ bytes: [0, 0, 0, 0], bits: 32, port: null }];
    const policy = { ...OWN_NETWORK_POLICY, allow };
    const { result } = await dialWith(answering('0.0.0.0'), { port: target.port }, { policy });
    expect(result).toMatchObject({
      reason: 'blocked',
      message: expect.stringContaining('127.0.0.1 answered in place'),
    });
    expect(target.requests).toHaveLength(0);
  });

  it('refuses a port that is denied, and dials the others', async () => {
    const [{ port }, { port: other }] = [await listen(), await listen()];
    const policy = { ...OWN_NETWORK_POLICY, deny: [{ bytes: [127, 0, 0, 1], bits: 32, port }] };
    expect((await dialWith(answering('127.0.0.1'), { port }, { policy })).result).toMatchObject({ reason: 'blocked' });
    expect((await dialWith(answering('127.0.0.1'), { port: other }, { policy })).result).toHaveProperty('destroy');
  });

  it('says when a name has no address', async () => {
    const { result } = await dialWith(answering(), { port: 80 });
    expect(result).toMatchObject({ reason: 'dns_no_address' });
  });

  it.each([
    { answers: true, reason: 'dns_failure' },
    { answers: false, reason: 'dns_unavailable' },
  ])(
    'blames $reason when the name fails for now and the name server answers: $answers',
    async ({ answers, reason }) => {
      const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error('again'), { code: 'EAI_AGAIN' }));
      const { result } = await dialWith(lookup, { port: 80 }, { tryLookups: () => Promise.resolve(answers) });
      expect(result).toMatchObject({ reason });
    },
  );

  it.each([
    { answers: true, timeout: 900, reason: 'timeout_dns' },
    { answers: false, timeout: 900, reason: 'dns_unavailable' },
    { answers: false, timeout: 100, reason: 'timeout_dns' },
  ])('calls a look-up that hangs for $timeout ms $reason when the name server answers: $answers', async (each) => {
    const hang = (): Promise<never> => new Promise(() => undefined);
    const options = { timeout: each.timeout, tryLookups: () => Promise.resolve(each.answers) };
    const { result } = await dialWith(hang, { port: 80 }, options);
    expect(result).toMatchObject({ reason: each.reason });
  });
});
