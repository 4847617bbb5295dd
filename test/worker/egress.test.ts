import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Endpoint } from '../../src/core/monitor/network.ts';
import { outcomeNotRun, type Outcome } from '../../src/core/outcome.ts';
import type { Reason } from '../../src/core/reasons.ts';
import { knockAtAny } from '../../src/net/knock.ts';
import { createNetwork } from '../../src/net/network.ts';
import { Egress, type EgressSettings } from '../../src/worker/egress.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { aMonitor } from '../support/monitors.ts';

const WORLD = '203.1.113.7:443';
const LAN = '192.168.7.7:80';
const NEIGHBOUR = '192.168.7.8:80';

const seen = (address: string | null, reason: Reason | null): Outcome => ({
  ...outcomeNotRun('internal_error'),
  status: reason === null ? 'up' : 'down',
  reason,
  address,
  durationMs: 1,
});

/** A self-check of which the test says which endpoints take connections. */
function anEgress(settings: Partial<EgressSettings> = {}) {
  const clock = new ManualClock();
  const reachable = new Set<string>();
  const asked: string[][] = [];
  const warnings: string[] = [];
  const logger = pino(
    { level: 'warn' },
    { write: (line) => void warnings.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const egress = new Egress(
    {
      knock: (endpoints: readonly Endpoint[]) => {
        const names = endpoints.map(({ host, port }) => `${host}:${port}`);
        asked.push(names);
        return Promise.resolve(names.some((name) => reachable.has(name)));
      },
      clock,
      logger,
    },
    {
      references: [
        { host: '1.1.1.1', port: 443 },
        { host: '9.9.9.9', port: 443 },
      ],
      mass_failure: null,
      ...settings,
    },
  );
  const judge = async (
    address: string | null,
    reason: Reason | null,
    more: { confirms?: boolean; url?: string } = {},
  ) => {
    const monitor = aMonitor({ url: more.url ?? 'https://shop.example/' });
    const began = clock.monotonic();
    clock.advance(1);
    const judged = await egress.judge({
      monitor,
      outcome: seen(address, reason),
      began,
      confirms: more.confirms ?? false,
    });
    return [judged.status, judged.reason];
  };
  /** References answer, targets are fine, and so it is known that references can be relied on. */
  const trust = async (): Promise<void> => {
    reachable.add('1.1.1.1:443');
    await judge(WORLD, null);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked.length = 0;
    clock.advance(20_000);
  };
  const cut = (): void => reachable.clear();
  return { egress, clock, reachable, asked, warnings, judge, trust, cut };
}

describe('the self-check', () => {
  it('lets a failure stand while a reference answers', async () => {
    const { judge, trust, asked } = anEgress();
    await trust();
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
    expect(asked).toEqual([['1.1.1.1:443', '9.9.9.9:443']]);
  });

  it.each<[Reason, string | null]>([
    ['timeout_connect', WORLD],
    ['timeout_wait', WORLD],
    ['conn_refused', WORLD],
    ['host_unreachable', WORLD],
    ['network_unreachable', WORLD],
    ['dns_failure', null],
    ['dns_unavailable', null],
    ['dns_nxdomain', null],
    ['ping_no_answer', '203.1.113.7'],
  ])('calls it our own fault when no reference answers any more: %s', async (reason, address) => {
    const { judge, trust, cut } = anEgress();
    await trust();
    cut();
    expect(await judge(address, reason)).toEqual(['unknown', 'cut_off']);
  });

  it.each<Reason>(['status_unexpected', 'tls_expired', 'json_unexpected', 'protocol_error'])(
    'asks nobody about what a target said itself: %s',
    async (reason) => {
      const { judge, trust, cut, asked } = anEgress();
      await trust();
      cut();
      expect(await judge(WORLD, reason)).toEqual(['down', reason]);
      expect(asked).toEqual([]);
    },
  );

  it.each(['http://127.0.0.1:9/', 'http://localhost:9/', 'http://app.localhost/', 'http://[::1]/'])(
    'asks nobody about this machine itself: %s',
    async (url) => {
      const { judge, trust, cut, asked } = anEgress();
      await trust();
      cut();
      expect(await judge(null, 'timeout_connect', { url })).toEqual(['down', 'timeout_connect']);
      expect(await judge('127.0.0.1:9', 'conn_refused', { url })).toEqual(['down', 'conn_refused']);
      expect(asked).toEqual([]);
    },
  );

  it('lets failures stand where no reference was ever reached, and says so once', async () => {
    const { judge, clock, warnings, asked } = anEgress();
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await judge(WORLD, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
      expect(await judge(LAN, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
      clock.advance(5000);
    }
    expect(warnings).toHaveLength(1);
    // And it does not knock again and again where nobody opens.
    expect(asked).toHaveLength(1);
  });

  it('asks nobody when it is told to', async () => {
    const { judge, asked } = anEgress({ references: null });
    expect(await judge(WORLD, null)).toEqual(['up', null]);
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
    expect(asked).toEqual([]);
  });

  it('asks once for many failures at a time, and anew for those that began later', async () => {
    const { judge, trust, clock, asked } = anEgress();
    await trust();
    await Promise.all(Array.from({ length: 50 }, () => judge(WORLD, 'timeout_connect')));
    expect(asked).toHaveLength(1);
    clock.advance(500);
    await judge(WORLD, 'timeout_connect');
    expect(asked).toHaveLength(1);
    await judge(WORLD, 'timeout_connect', { confirms: true });
    expect(asked).toHaveLength(2);
    clock.advance(5000);
    await judge(WORLD, 'timeout_connect');
    expect(asked).toHaveLength(3);
  });

  it('relies on no answer from before when much fails at once', async () => {
    const { judge, trust, cut, clock } = anEgress({ mass_failure: { share: 0.5, at_least: 5 } });
    await trust();
    for (let count = 0; count < 4; count += 1) await judge(WORLD, 'timeout_connect');
    cut();
    clock.advance(400);
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
  });

  describe('for a target of the own network', () => {
    it('calls it our own fault when neither references nor neighbours answer', async () => {
      const { judge, trust, cut, reachable } = anEgress();
      await trust();
      reachable.add(NEIGHBOUR);
      await judge(NEIGHBOUR, null);
      cut();
      expect(await judge(LAN, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
    });

    it('lets the failure stand when only the way out is gone', async () => {
      const { judge, trust, cut, reachable } = anEgress();
      await trust();
      await judge(NEIGHBOUR, null);
      cut();
      reachable.add(NEIGHBOUR);
      expect(await judge(LAN, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
      expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
    });

    it('lets the failure stand when somebody answered', async () => {
      const { judge, trust, cut } = anEgress();
      await trust();
      cut();
      expect(await judge(LAN, 'conn_refused')).toEqual(['down', 'conn_refused']);
    });
  });

  it('trusts references no longer that do not answer while targets do, until they answer again', async () => {
    const { judge, trust, cut, clock, warnings, reachable } = anEgress();
    await trust();
    cut();
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
    clock.advance(5000);
    expect(await judge(WORLD, null)).toEqual(['up', null]);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    clock.advance(5000);
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['down', 'timeout_connect']);

    reachable.add('9.9.9.9:443');
    clock.advance(70_000);
    await judge(WORLD, null);
    cut();
    clock.advance(5000);
    await vi.waitFor(async () => expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']));
  });

  it('knows again that all is well as soon as a network that was away is back', async () => {
    const { judge, trust, cut, clock, warnings, reachable } = anEgress();
    await trust();
    cut();
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
    clock.advance(30_000);
    reachable.add('1.1.1.1:443');
    expect(await judge(WORLD, null)).toEqual(['up', null]);
    clock.advance(5000);
    cut();
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['unknown', 'cut_off']);
    expect(warnings).toEqual([]);
  });

  it('forgets what it knew of other references when it is given new ones', async () => {
    const { egress, judge, trust } = anEgress();
    await trust();
    egress.configure({ references: [{ host: '8.8.8.8', port: 443 }], mass_failure: null });
    expect(await judge(WORLD, 'timeout_connect')).toEqual(['down', 'timeout_connect']);
  });
});

describe('knocking', () => {
  const network = createNetwork({ clock: systemClock });

  async function anOpenPort(): Promise<{ server: Server; endpoint: Endpoint }> {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { server, endpoint: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } };
  }

  async function aClosedPort(): Promise<Endpoint> {
    const { server, endpoint } = await anOpenPort();
    await new Promise((resolve) => server.close(resolve));
    return endpoint;
  }

  it('finds the one of several that takes a connection, and leaves nothing open', async () => {
    const { server, endpoint } = await anOpenPort();
    expect(await knockAtAny([await aClosedPort(), endpoint], network, 2000)).toBe(true);
    await vi.waitFor(async () => {
      const open = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
      expect(open).toBe(0);
    });
  });

  it('finds nobody where all refuse, where nobody is named, and where our own policy forbids it', async () => {
    const { endpoint } = await anOpenPort();
    expect(await knockAtAny([await aClosedPort(), await aClosedPort()], network, 2000)).toBe(false);
    expect(await knockAtAny([], network, 2000)).toBe(false);
    const strict = createNetwork({ clock: systemClock, policy: { allowPrivate: false, deny: [], allow: [] } });
    expect(await knockAtAny([endpoint], strict, 2000)).toBe(false);
  });
});
