import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Endpoint, IpVersion } from '../../../src/core/monitor/network.ts';
import { Deadline } from '../../../src/net/deadline.ts';
import type { Failure } from '../../../src/net/failure.ts';
import { createNetwork, type NetworkOptions } from '../../../src/net/network.ts';
import { PhaseTimer } from '../../../src/net/phase-timer.ts';
import { resolveVetted, type Vetted } from '../../../src/net/reach.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import {
  dropped,
  empty,
  flip,
  manyAddresses,
  rcode,
  records,
  slow,
  truncated,
  type DnsReply,
} from '../../targets/dns-replies.ts';
import { startDnsServer, type DnsServer } from '../../targets/dns-server.ts';
import { refusedPort } from '../../targets/open-fixture.ts';

const { keep } = closeAfterEach();
const start = (): Promise<DnsServer> => keep(startDnsServer());
const at = (port: number): Endpoint => ({ host: '127.0.0.1', port });

interface Asking {
  readonly host?: string;
  readonly ipVersion?: IpVersion;
  readonly timeout?: number;
  /** The name server that a monitor names. */
  readonly resolver?: Endpoint;
  readonly network?: Partial<NetworkOptions>;
}

/** Looks a name up as every probe does. */
async function lookUp(asking: Asking): Promise<Vetted | Failure> {
  const { host = 'site.test', ipVersion = 'any', timeout = 2000, resolver = null } = asking;
  const network = createNetwork({ clock: systemClock, ...asking.network });
  const deadline = new Deadline(systemClock, timeout);
  const phases = new PhaseTimer(systemClock);
  const found = await resolveVetted({ host, ipVersion, resolver, from: null }, { network, deadline, phases });
  deadline.clear();
  return found;
}

const addressesOf = (found: Vetted | Failure): readonly string[] | Failure =>
  'reason' in found ? found : found.addresses.map(({ address }) => address);

describe("a look-up by a monitor's own name server", () => {
  it('asks for addresses of both versions at once', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1', '192.0.2.2']));
    server.set('site.test', 'AAAA', records(['2001:db8::1']));
    const found = await lookUp({ resolver: at(server.port) });
    expect(addressesOf(found)).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(server.queries.map(({ type }) => type).toSorted()).toEqual(['A', 'AAAA']);
  });

  it.each([
    [4, 'A', ['192.0.2.1']],
    [6, 'AAAA', ['2001:db8::1']],
  ] as const)('asks for version %s only when told so', async (ipVersion, type, addresses) => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    server.set('site.test', 'AAAA', records(['2001:db8::1']));
    expect(addressesOf(await lookUp({ resolver: at(server.port), ipVersion }))).toEqual(addresses);
    expect(server.queries.map((query) => query.type)).toEqual([type]);
  });

  it('follows the chain of names, in any case', async () => {
    const server = await start();
    server.set('site.test', 'CNAME', records(['WWW.cdn.test']));
    server.set('www.cdn.test', 'CNAME', records(['edge.cdn.test']));
    server.set('edge.cdn.test', 'A', records(['192.0.2.7']));
    expect(addressesOf(await lookUp({ host: 'SITE.test.', resolver: at(server.port) }))).toEqual(['192.0.2.7']);
  });

  it('asks again over TCP when the answer was cut', async () => {
    const server = await start();
    server.set('site.test', 'A', records(manyAddresses(1000)));
    expect(addressesOf(await lookUp({ resolver: at(server.port) }))).toHaveLength(1000);
  });

  it('asks for localhost as for any name, and knows nothing of /etc/hosts', async () => {
    const server = await start();
    expect(await lookUp({ host: 'localhost', resolver: at(server.port) })).toMatchObject({ reason: 'dns_nxdomain' });
    server.set('localhost', 'A', records(['127.0.0.9']));
    expect(addressesOf(await lookUp({ host: 'localhost', resolver: at(server.port) }))).toEqual(['127.0.0.9']);
  });

  it.each<readonly [string, DnsReply, DnsReply, Failure['reason'] | readonly string[]]>([
    ['NXDOMAIN', rcode('NXDOMAIN'), rcode('NXDOMAIN'), 'dns_nxdomain'],
    ['no address', empty(), empty(), 'dns_no_address'],
    ['SERVFAIL', rcode('SERVFAIL'), rcode('SERVFAIL'), 'dns_failure'],
    ['REFUSED', rcode('REFUSED'), rcode('REFUSED'), 'dns_failure'],
    ['silence', dropped(), dropped(), 'timeout_dns'],
    ['an answer that comes too late', slow(600, records(['192.0.2.1'])), empty(), 'timeout_dns'],
    ['SERVFAIL for one version alone', records(['192.0.2.1']), rcode('SERVFAIL'), ['192.0.2.1']],
    ['an empty answer for one version', empty(), records(['2001:db8::1']), ['2001:db8::1']],
    ['SERVFAIL and nothing else', empty(), rcode('SERVFAIL'), 'dns_failure'],
    ['a loop of names', records(['192.0.2.1']), empty(), ['192.0.2.1']],
  ])('takes %s for what it is', async (_title, four, six, expected) => {
    const server = await start();
    server.set('site.test', 'A', four);
    server.set('site.test', 'AAAA', six);
    const found = await lookUp({ resolver: at(server.port), timeout: 300 });
    expect('reason' in found ? found.reason : addressesOf(found)).toEqual(expected);
  });

  it('does not wait long for one version when it has the other', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    server.set('site.test', 'AAAA', dropped());
    expect(addressesOf(await lookUp({ resolver: at(server.port), timeout: 10_000 }))).toEqual(['192.0.2.1']);
  });

  it('ends at a loop of names', async () => {
    const server = await start();
    server.set('site.test', 'CNAME', records(['other.test']));
    server.set('other.test', 'CNAME', records(['site.test']));
    expect(await lookUp({ resolver: at(server.port) })).toMatchObject({ reason: 'dns_no_address' });
  });

  it('calls a name server that is not there a failure of the look-up', async () => {
    const found = await lookUp({ resolver: at(await refusedPort()) });
    expect(found).toMatchObject({ reason: 'dns_failure', message: expect.stringContaining('refused') });
  });

  it('refuses to ask a forbidden address', async () => {
    const found = await lookUp({ resolver: { host: '169.254.169.254', port: 53 } });
    expect(found).toMatchObject({ reason: 'blocked' });
  });

  it('looks the name of a name server up by the machine, and judges its addresses', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    const machine = (address: string) => ({
      resolve: () => ({ addresses: Promise.resolve([{ address, family: 4 }]), lookupsWork: null }),
    });
    const resolver = { host: 'ns.test', port: server.port };
    const good = await lookUp({ resolver, network: { resolver: machine('127.0.0.1') } });
    expect(addressesOf(good)).toEqual(['192.0.2.1']);
    const bad = await lookUp({ resolver, network: { resolver: machine('169.254.169.254') } });
    expect(bad).toMatchObject({ reason: 'blocked' });
  });

  it('refuses names that are too long without asking', async () => {
    const server = await start();
    const found = await lookUp({ host: `${'a'.repeat(64)}.test`, resolver: at(server.port) });
    expect(found).toMatchObject({ reason: 'dns_nxdomain' });
    expect(server.queries).toHaveLength(0);
  });

  it('joins look-ups of one name that are under way, for as long as anybody waits', async () => {
    const server = await start();
    server.set('site.test', 'A', slow(150, records(['192.0.2.1'])));
    const network = createNetwork({ clock: systemClock });
    const resolver = network.resolverFor(at(server.port));
    await resolver.resolve('warm.test').addresses.catch(() => undefined);
    const impatient = resolver.resolve('site.test', { ipVersion: 4, within: 1 });
    const patient = resolver.resolve('Site.Test', { ipVersion: 4, within: 2000 });
    expect(patient).toBe(impatient);
    expect(await impatient.addresses).toEqual([{ address: '192.0.2.1', family: 4 }]);
    expect(server.queries.filter(({ name }) => name === 'site.test')).toHaveLength(1);
    expect(resolver.resolve('site.test', { ipVersion: 4, within: 2000 })).not.toBe(impatient);
  });
});

describe('a look-up by name servers of our own', () => {
  const ours = (...ports: readonly number[]): Partial<NetworkOptions> => ({ nameServers: ports.map(at) });

  it('asks them in place of the machine', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    expect(addressesOf(await lookUp({ network: ours(server.port) }))).toEqual(['192.0.2.1']);
  });

  it.each<readonly [string, DnsReply | null]>([
    ['is not there', null],
    ['refuses', rcode('REFUSED')],
    ['fails', rcode('SERVFAIL')],
    ['is silent', dropped()],
  ])('asks the next one when the first %s', async (_title, reply) => {
    const [first, second] = [await start(), await start()];
    if (reply !== null) first.set('*', '*', reply);
    second.set('site.test', 'A', records(['192.0.2.1']));
    const port = reply === null ? await refusedPort() : first.port;
    const found = await lookUp({ network: ours(port, second.port), timeout: 5000 });
    expect(addressesOf(found)).toEqual(['192.0.2.1']);
  });

  it('believes the first one when it says that a name does not exist', async () => {
    const [first, second] = [await start(), await start()];
    second.set('site.test', 'A', records(['192.0.2.1']));
    expect(await lookUp({ network: ours(first.port, second.port) })).toMatchObject({ reason: 'dns_nxdomain' });
  });

  it('takes it for our fault when none of them is there', async () => {
    const found = await lookUp({ network: ours(await refusedPort(), await refusedPort()) });
    expect(found).toMatchObject({ reason: 'dns_unavailable' });
  });

  it.each<readonly [string, DnsReply, DnsReply, Failure['reason']]>([
    ['SERVFAIL for the name alone', rcode('SERVFAIL'), records(['a.root-servers.net']), 'dns_failure'],
    ['SERVFAIL for every name', rcode('SERVFAIL'), rcode('SERVFAIL'), 'dns_unavailable'],
    ['silence for the name alone', dropped(), records(['a.root-servers.net']), 'timeout_dns'],
  ])('takes %s for what it is', async (_title, reply, root, reason) => {
    const server = await start();
    server.set('site.test', '*', reply);
    server.set('.', 'NS', root);
    expect(await lookUp({ network: ours(server.port), timeout: 800 })).toMatchObject({ reason });
  });

  it('takes silence for every name for our fault', async () => {
    const server = await start();
    server.set('*', '*', dropped());
    expect(await lookUp({ network: ours(server.port), timeout: 2500 })).toMatchObject({ reason: 'dns_unavailable' });
  });

  it('asks them wherever they lie', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['93.184.216.34']));
    const policy = { allowPrivate: false, deny: [{ bytes: [127, 0, 0, 0], bits: 8, port: null }], allow: [] };
    const found = await lookUp({ network: { ...ours(server.port), policy } });
    expect(addressesOf(found)).toEqual(['93.184.216.34']);
  });

  it('takes over other servers while it runs', async () => {
    const [first, second] = [await start(), await start()];
    first.set('site.test', 'A', records(['192.0.2.1']));
    second.set('site.test', 'A', records(['192.0.2.2']));
    const network = createNetwork({ clock: systemClock, nameServers: [at(first.port)] });
    const ask = async () =>
      (await network.resolverFor(null).resolve('site.test').addresses).map(({ address }) => address);
    expect(await ask()).toEqual(['192.0.2.1']);
    network.configure({ policy: network.policy, nameServers: [at(second.port)] });
    expect(await ask()).toEqual(['192.0.2.2']);
    expect(network.nameServers()).toEqual([at(second.port)]);
  });

  it('keeps no name waiting for another one that hangs', async () => {
    const server = await start();
    server.set('*', '*', dropped());
    server.set('quick.test', 'A', records(['192.0.2.1']));
    server.set('quick.test', 'AAAA', empty());
    const network = createNetwork({ clock: systemClock, nameServers: [at(server.port)] });
    let ended = 0;
    const hanging = Array.from({ length: 50 }, async (_, n) => {
      await network
        .resolverFor(null)
        .resolve(`slow-${n}.test`, { ipVersion: 'any', within: 3000 })
        .addresses.catch(() => undefined);
      ended += 1;
    });
    const quick = await network.resolverFor(null).resolve('quick.test').addresses;
    expect(quick).toHaveLength(1);
    expect(ended).toBe(0);
    await Promise.all(hanging);
  });

  it('leaves no handle behind', async () => {
    const server = await start();
    server.set('*', '*', dropped());
    server.set('good.test', '*', flip(records([]), truncated(empty())));
    const handles = (): number => process.getActiveResourcesInfo().filter((kind) => /UDP|TCP/.test(kind)).length;
    const before = handles();
    const asking = { network: ours(server.port, await refusedPort()), timeout: 50 };
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => [
        lookUp({ ...asking, host: 'good.test' }),
        lookUp({ ...asking, host: `n${n}.test` }),
      ]).flat(),
    );
    await expect.poll(handles, { timeout: 4000 }).toBeLessThanOrEqual(before);
  });
});
