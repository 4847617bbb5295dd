import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { isProbed } from '../../../src/core/monitor/monitor.ts';
import { parseMonitor } from '../../../src/core/monitor/parse.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import type { AddressPolicy } from '../../../src/net/address-guard.ts';
import { createNetwork, type NetworkOptions } from '../../../src/net/network.ts';
import { openProbes } from '../../../src/worker/probe/index.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { empty, flip, records } from '../../targets/dns-replies.ts';
import { startDnsServer } from '../../targets/dns-server.ts';
import { startTarget } from '../../targets/start-target.ts';

const { keep } = closeAfterEach();

/** Probes the monitor that a person wrote like this. */
function probe(written: Readonly<Record<string, unknown>>, options: Partial<NetworkOptions> = {}): Promise<Outcome> {
  const read = parseMonitor({ timeout: '2s', ...written });
  if ('problems' in read || !isProbed(read.value)) throw new Error(JSON.stringify(read));
  const network = createNetwork({ clock: systemClock, ...options });
  return openProbes({ clock: systemClock, network })(read.value);
}

/** The smallest monitor of each type that dials out, for a host. */
const TYPES: Readonly<Record<string, (host: string) => Readonly<Record<string, unknown>>>> = {
  http: (host) => ({ url: `http://${host}/` }),
  https: (host) => ({ url: `https://${host}/` }),
  'http through a proxy': (host) => ({ url: `http://${host}/`, proxy: 'http://127.0.0.1:9' }),
  'a proxy': (host) => ({ url: 'http://target.test/', proxy: `http://${host}:3128` }),
  tcp: (host) => ({ url: `tcp://${host}:80` }),
  tls: (host) => ({ url: `tls://${host}` }),
  'dns over udp': (host) => ({ type: 'dns', host: 'site.test', resolver: host }),
  'dns over tcp': (host) => ({ type: 'dns', host: 'site.test', resolver: host, protocol: 'tcp' }),
  'dns over tls': (host) => ({ type: 'dns', host: 'site.test', resolver: host, protocol: 'tls' }),
  'a resolver': (host) => ({ url: 'http://target.test/', resolver: host }),
  ping: (host) => ({ type: 'ping', host }),
  websocket: (host) => ({ url: `ws://${host}/` }),
};
const PUBLIC_ONLY: AddressPolicy = { allowPrivate: false, deny: [], allow: [] };
const BLOCKED = { status: 'unknown', reason: 'blocked', address: null };

describe('what a monitor may dial', () => {
  it.each(Object.entries(TYPES))('is never a metadata address, by %s', async (_type, written) => {
    expect(await probe(written('169.254.169.254'))).toMatchObject(BLOCKED);
    expect(await probe(written('[fd00:ec2::254]'))).toMatchObject(BLOCKED);
  });

  it.each(Object.entries(TYPES).filter(([type]) => type !== 'http through a proxy'))(
    'is no name with one forbidden address among good ones, by %s',
    async (_type, written) => {
      const addresses = [
        { address: '127.0.0.1', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ];
      const resolver = { resolve: () => ({ addresses: Promise.resolve(addresses), lookupsWork: null }) };
      expect(await probe(written('rebinding.test'), { resolver })).toMatchObject(BLOCKED);
    },
  );

  it.each(Object.entries(TYPES))('is no private address where none is allowed, by %s', async (_type, written) => {
    expect(await probe(written('10.1.2.3'), { policy: PUBLIC_ONLY })).toMatchObject(BLOCKED);
    expect(await probe(written('[::ffff:127.0.0.1]'), { policy: PUBLIC_ONLY })).toMatchObject(BLOCKED);
  });

  it.each([
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '0.0.0.0',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
  ])('is not the loopback where none is allowed, written as %s', async (host) => {
    expect(await probe({ url: `http://${host}/` }, { policy: PUBLIC_ONLY })).toMatchObject(BLOCKED);
    expect(await probe({ url: `tcp://${host}:80` }, { policy: PUBLIC_ONLY })).toMatchObject(BLOCKED);
  });

  it('is what a list allows, and not what one denies', async () => {
    const { port } = await keep(startTarget('ok'));
    const loopback = { bytes: [127, 0, 0, 0], bits: 8, port: null };
    const url = `http://127.0.0.1:${port}/`;
    expect(await probe({ url }, { policy: { ...PUBLIC_ONLY, allow: [loopback] } })).toMatchObject({ status: 'up' });
    const denied = { allowPrivate: true, deny: [{ ...loopback, port }], allow: [loopback] };
    expect(await probe({ url }, { policy: denied })).toMatchObject(BLOCKED);
  });

  it('changes with the settings while the program runs', async () => {
    const { port } = await keep(startTarget('ok'));
    const network = createNetwork({ clock: systemClock });
    const read = parseMonitor({ url: `http://127.0.0.1:${port}/` });
    if ('problems' in read || !isProbed(read.value)) throw new Error('not read');
    const { value } = read;
    const probeNow = openProbes({ clock: systemClock, network });
    expect(await probeNow(value)).toMatchObject({ status: 'up' });
    network.configure({ policy: PUBLIC_ONLY, nameServers: null });
    expect(await probeNow(value)).toMatchObject(BLOCKED);
  });
});

describe('a name whose addresses flip', () => {
  it('is asked for once for each connection, and what was judged is what is dialled', async () => {
    const dns = await keep(startDnsServer());
    const target = await keep(startTarget('ok'));
    dns.set('flip.test', 'A', flip(records(['127.0.0.1'], 0), records(['169.254.169.254'], 0)));
    dns.set('flip.test', 'AAAA', empty());
    const written = { url: `http://flip.test:${target.port}/`, resolver: `127.0.0.1:${dns.port}` };
    for (let round = 0; round < 5; round += 1) {
      expect(await probe(written)).toMatchObject({ status: 'up', address: `127.0.0.1:${target.port}` });
      expect(await probe(written)).toMatchObject(BLOCKED);
    }
    expect(dns.queries.filter(({ type }) => type === 'A')).toHaveLength(10);
    expect(target.requests).toHaveLength(5);
  });
});
