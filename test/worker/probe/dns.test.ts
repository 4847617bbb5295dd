import { createServer as createTlsServer } from 'node:tls';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { DnsMonitor, RecordType } from '../../../src/core/monitor/dns.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import type { Reason } from '../../../src/core/reasons.ts';
import { createNetwork } from '../../../src/net/network.ts';
import { openProbes } from '../../../src/worker/probe/index.ts';
import { aDnsMonitor } from '../../support/dns-monitors.ts';
import { TEST_AUTHORITY, testCertificate } from '../../targets/certificates.ts';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import {
  dropped,
  empty,
  flip,
  garbage,
  malformed,
  manyAddresses,
  otherQuestion,
  rcode,
  records,
  slow,
  truncated,
  wrongId,
  type DnsData,
  type DnsReply,
} from '../../targets/dns-replies.ts';
import { startDnsServer, type DnsServer, type DnsServerOptions } from '../../targets/dns-server.ts';
import { openFixture, refusedPort } from '../../targets/open-fixture.ts';

const network = createNetwork({ clock: systemClock, authorities: [TEST_AUTHORITY] });
const probe = openProbes({ clock: systemClock, network });
const { keep } = closeAfterEach();

const start = (options?: DnsServerOptions): Promise<DnsServer> => keep(startDnsServer(options));

type Overrides = Parameters<typeof aDnsMonitor>[0];

/** Probes `site.test` at a server that replies so. */
async function probeReply(reply: DnsReply, overrides: Overrides = {}): Promise<Outcome> {
  const server = await start();
  server.set(overrides.host ?? 'site.test', overrides.record ?? 'A', reply);
  return probeServer(server.port, overrides);
}

function probeServer(port: number, overrides: Overrides = {}): Promise<Outcome> {
  return probe(aDnsMonitor({ resolver: { host: '127.0.0.1', port }, ...overrides }), { evidence: true });
}

type Judged = readonly [title: string, reply: DnsReply, probed: Overrides, reason: Reason | null, words: string];

describe('the dns probe', () => {
  it('is up when the name has a record of the type', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1', '192.0.2.2'], 300));
    const outcome = await probeServer(server.port);
    expect(outcome).toMatchObject({ status: 'up', reason: null, address: `127.0.0.1:${server.port}` });
    expect(outcome.evidence).toMatchObject({
      attempts: [{ address: `127.0.0.1:${server.port}`, reason: null }],
      facts: {
        rcode: 'NOERROR',
        answers: '"192.0.2.1", "192.0.2.2"',
        server: `127.0.0.1:${server.port}`,
        transport: 'udp',
        ttl: '300 s',
      },
    });
    expect(outcome.phases).toMatchObject({ dns: null, connect: null, tls: null, body: null });
    expect(outcome.phases.wait).toBeGreaterThan(0);
    expect(server.queries).toMatchObject([{ name: 'site.test', type: 'A', transport: 'udp', recursionDesired: true }]);
  });

  it.each<readonly [RecordType, DnsData, string]>([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['CNAME', 'WWW.Example.com', 'www.example.com'],
    ['NS', 'ns1.example.com', 'ns1.example.com'],
    ['MX', { preference: 10, exchange: 'Mail.example.com' }, '10 mail.example.com'],
    ['TXT', ['v=spf1 ', 'Include:x -all'], 'v=spf1 Include:x -all'],
    ['SRV', { priority: 0, weight: 5, port: 443, target: 'a.example.com' }, '0 5 443 a.example.com'],
    ['CAA', { flags: 0, tag: 'issue', value: 'letsencrypt.org' }, '0 issue "letsencrypt.org"'],
    ['PTR', 'host.example.com', 'host.example.com'],
    [
      'SOA',
      { mname: 'ns1.example.com', rname: 'ops.example.com', serial: 7, refresh: 2, retry: 3, expire: 4, minimum: 5 },
      'ns1.example.com ops.example.com 7 2 3 4 5',
    ],
  ])('reads %s records as text', async (record, data, text) => {
    const expected = { answers: { equals: [text] } };
    const outcome = await probeReply(records([data]), { record, expect: expected });
    expect(outcome.evidence?.facts['answers']).toContain(text.slice(0, 20));
    expect(outcome).toMatchObject({ status: 'up', message: null });
  });

  it('takes names and addresses as people write them', async () => {
    const mail = { record: 'MX', expect: { answers: { contains: ['10  Mail.Example.com.'] } } } as const;
    expect(await probeReply(records([{ preference: 10, exchange: 'mail.example.com' }]), mail)).toMatchObject({
      status: 'up',
    });
    const six = { record: 'AAAA', expect: { answers: { equals: ['2001:DB8::0:1'] } } } as const;
    expect(await probeReply(records(['2001:db8::1']), six)).toMatchObject({ status: 'up' });
  });

  it.each<Judged>([
    ['NXDOMAIN', rcode('NXDOMAIN'), {}, 'dns_rcode_unexpected', 'rcode: got NXDOMAIN, expected NOERROR'],
    ['SERVFAIL', rcode('SERVFAIL'), {}, 'dns_rcode_unexpected', 'rcode: got SERVFAIL'],
    ['REFUSED', rcode('REFUSED'), {}, 'dns_rcode_unexpected', 'rcode: got REFUSED'],
    ['NXDOMAIN that is expected', rcode('NXDOMAIN'), { expect: { rcode: ['NXDOMAIN'] } }, null, ''],
    ['an empty answer', empty(), {}, 'dns_answer_unexpected', 'got nothing, expected at least one record of type A'],
    ['an empty answer that may be', empty(), { expect: { rcode: ['NOERROR', 'NXDOMAIN'] } }, null, ''],
    ['an empty answer that is expected', empty(), { expect: { answers: { count: { equals: 0 } } } }, null, ''],
    [
      'an empty answer where something must not be in it',
      empty(),
      { expect: { answers: { not_contains: ['192.0.2.9'] } } },
      'dns_answer_unexpected',
      'expected at least one record',
    ],
    [
      'other addresses',
      records(['192.0.2.1', '192.0.2.2']),
      { expect: { answers: { equals: ['192.0.2.1', '192.0.2.3'] } } },
      'dns_answer_unexpected',
      'answers: got "192.0.2.1", "192.0.2.2", expected "192.0.2.1", "192.0.2.3"',
    ],
    [
      'any order',
      records(['192.0.2.1', '192.0.2.2']),
      { expect: { answers: { equals: ['192.0.2.2', '192.0.2.1'] } } },
      null,
      '',
    ],
    [
      'a short time to live',
      records(['192.0.2.1'], 30),
      { expect: { ttl: { gte: 60 } } },
      'dns_answer_unexpected',
      'ttl: got 30 s, expected at least 60 s',
    ],
    ['a long time to live', records(['192.0.2.1'], 0), { expect: { ttl: { lte: 60 } } }, null, ''],
    ['an owner', records(['192.0.2.1']), { expect: { authoritative: true } }, null, ''],
    [
      'an owner where none is expected',
      records(['192.0.2.1']),
      { expect: { authoritative: false } },
      'dns_answer_unexpected',
      'authoritative: got an authoritative answer',
    ],
    ['garbage over UDP', garbage(), { timeout: 100 }, 'timeout_wait', '100ms'],
    ['another id', wrongId(records(['192.0.2.1'])), { timeout: 100 }, 'timeout_wait', '100ms'],
    ['another question', otherQuestion(records(['192.0.2.1'])), { timeout: 100 }, 'timeout_wait', '100ms'],
    ['silence', dropped(), { timeout: 100 }, 'timeout_wait', '100ms'],
    ['silence over TCP', dropped(), { timeout: 100, protocol: 'tcp' }, 'timeout_wait', '100ms'],
    ['an answer that comes too late', slow(400, records(['192.0.2.1'])), { timeout: 100 }, 'timeout_wait', '100ms'],
    ['a compression loop', malformed(), {}, 'protocol_error', 'cannot be read'],
    ['garbage over TCP', garbage(), { protocol: 'tcp' }, 'protocol_error', 'cannot be read'],
  ])('judges %s', async (...[, reply, overrides, reason, words]) => {
    const outcome = await probeReply(reply, overrides);
    expect(outcome).toMatchObject({ status: reason === null ? 'up' : 'down', reason });
    expect(outcome.message ?? '').toContain(words);
  });

  it('says everything that is wrong, and judges the response time as well', async () => {
    const outcome = await probeReply(slow(20, rcode('NXDOMAIN')), {
      expect: { answers: { contains: ['192.0.2.1'] }, ttl: { gt: 1 }, response_time: { lt: 1 } },
    });
    expect(outcome.evidence?.findings.map(({ what, ok }) => [what, ok])).toEqual([
      ['rcode', false],
      ['answers', false],
      ['ttl', false],
      ['response_time', false],
    ]);
  });

  it('follows the chain of names within an answer, and no loop', async () => {
    const server = await start();
    server.set('site.test', 'CNAME', records(['www.cdn.test']));
    server.set('www.cdn.test', 'CNAME', records(['edge.cdn.test']));
    server.set('edge.cdn.test', 'A', records(['192.0.2.7']));
    server.set('loop.test', 'CNAME', records(['pool.test']));
    server.set('pool.test', 'CNAME', records(['loop.test']));
    const followed = await probeServer(server.port, { expect: { answers: { equals: ['192.0.2.7'] } } });
    expect(followed).toMatchObject({ status: 'up' });
    const alias = await probeServer(server.port, {
      record: 'CNAME',
      expect: { answers: { equals: ['www.cdn.test'] } },
    });
    expect(alias).toMatchObject({ status: 'up' });
    expect(await probeServer(server.port, { host: 'loop.test' })).toMatchObject({ reason: 'dns_answer_unexpected' });
  });

  it.each([
    ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
    ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
  ])('asks for the name of %s', async (host, name) => {
    const server = await start();
    server.set(name, 'PTR', records(['host.example.com']));
    const outcome = await probeServer(server.port, { host, record: 'PTR' });
    expect(outcome).toMatchObject({ status: 'up' });
  });

  it('asks again over TCP when the answer was cut', async () => {
    const server = await start();
    server.set('site.test', 'A', records(manyAddresses(1000)));
    const outcome = await probeServer(server.port, { expect: { answers: { count: { equals: 1000 } } } });
    expect(outcome).toMatchObject({ status: 'up' });
    expect(outcome.evidence?.facts).toMatchObject({ transport: 'tcp' });
    expect(outcome.evidence?.attempts).toHaveLength(2);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  it.each<readonly [Required<DnsServerOptions>['tcp'], Reason]>([
    ['silent', 'timeout_wait'],
    ['closes', 'conn_closed'],
  ])('is down when the answer was cut and TCP is %s', async (tcp, reason) => {
    const server = await start({ tcp });
    server.set('site.test', 'A', truncated(records(['192.0.2.1'])));
    expect(await probeServer(server.port, { timeout: 200 })).toMatchObject({ status: 'down', reason });
  });

  it('asks again after a second when a datagram was lost', async () => {
    const server = await start();
    server.set('site.test', 'A', flip(dropped(), records(['192.0.2.1'])));
    const outcome = await probeServer(server.port, { timeout: 5000 });
    expect(outcome).toMatchObject({ status: 'up' });
    expect(outcome.durationMs).toBeGreaterThan(900);
    expect(server.queries).toHaveLength(2);
  });

  it.each(['udp', 'tcp', 'tls'] as const)('calls a closed port refused over %s', async (protocol) => {
    const port = await refusedPort();
    expect(await probeServer(port, { protocol })).toMatchObject({ status: 'down', reason: 'conn_refused' });
  });

  it('asks over TLS and verifies the server', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    const listen = (name: 'good' | 'self-signed') =>
      keep(
        openFixture(
          createTlsServer(testCertificate(name), (socket) => {
            socket.on('error', () => undefined);
            socket
              .pipe(connect(server.port, '127.0.0.1'))
              .on('error', () => undefined)
              .pipe(socket);
          }),
        ),
      );
    const good = await probeServer((await listen('good')).port, { protocol: 'tls' });
    expect(good).toMatchObject({ status: 'up' });
    expect(good.evidence?.facts).toMatchObject({ transport: 'tls' });
    const bad = await probeServer((await listen('self-signed')).port, { protocol: 'tls' });
    expect(bad).toMatchObject({ status: 'down', reason: 'tls_untrusted' });
  });

  it('does not ask for what the server would have to find out when told so', async () => {
    const server = await start();
    server.set('site.test', 'A', records(['192.0.2.1']));
    await probeServer(server.port, { recursion: false });
    expect(server.queries).toMatchObject([{ recursionDesired: false }]);
  });

  it('uses addresses of the server of one version only when told so', async () => {
    const server = await start();
    const outcome = await probeServer(server.port, { ip_version: 6 });
    expect(outcome).toMatchObject({ reason: 'dns_no_address' });
    expect(server.queries).toHaveLength(0);
  });

  it.each(['udp', 'tcp', 'tls'] as const)('refuses to ask a forbidden address over %s', async (protocol) => {
    const resolver = { host: '169.254.169.254', port: 53 };
    const outcome = await probe(aDnsMonitor({ resolver, protocol }));
    expect(outcome).toMatchObject({ status: 'unknown', reason: 'blocked', address: null });
  });

  describe('without a resolver of its own', () => {
    /** A network whose own name server is the stub. */
    const probeOurs = (port: number, overrides: Partial<DnsMonitor> = {}): Promise<Outcome> => {
      const ours = { ...network, nameServers: () => [{ host: '127.0.0.1', port }] };
      return openProbes({ clock: systemClock, network: ours })(aDnsMonitor(overrides));
    };

    it('asks the first name server of this machine', async () => {
      const server = await start();
      server.set('site.test', 'A', records(['192.0.2.1']));
      expect(await probeOurs(server.port)).toMatchObject({ status: 'up' });
    });

    it('takes its silence and its absence for our own fault', async () => {
      const server = await start();
      server.set('site.test', 'A', dropped());
      expect(await probeOurs(server.port, { timeout: 100 })).toMatchObject({
        status: 'unknown',
        reason: 'dns_unavailable',
      });
      expect(await probeOurs(await refusedPort())).toMatchObject({ status: 'unknown', reason: 'dns_unavailable' });
    });

    it.each(['SERVFAIL', 'REFUSED'] as const)('blames the target for %s only when other names work', async (code) => {
      const server = await start();
      server.set('site.test', 'A', rcode(code));
      server.set('.', 'NS', records(['a.root-servers.net']));
      expect(await probeOurs(server.port)).toMatchObject({ status: 'down', reason: 'dns_rcode_unexpected' });
      server.set('.', 'NS', rcode(code));
      expect(await probeOurs(server.port)).toMatchObject({ status: 'unknown', reason: 'dns_unavailable' });
      server.set('.', 'NS', dropped());
      expect(await probeOurs(server.port, { timeout: 200 })).toMatchObject({
        status: 'unknown',
        reason: 'dns_unavailable',
      });
    });

    it('says that a name does not exist', async () => {
      const server = await start();
      expect(await probeOurs(server.port)).toMatchObject({ status: 'down', reason: 'dns_rcode_unexpected' });
    });
  });

  it('leaves no handle behind, whatever comes', async () => {
    const server = await start();
    server.set('good.test', 'A', records(['192.0.2.1']));
    server.set('cut.test', 'A', truncated(records(['192.0.2.1'])));
    server.set('silent.test', 'A', dropped());
    const closed = await refusedPort();
    const handles = (): number => process.getActiveResourcesInfo().filter((kind) => /UDP|TCP/.test(kind)).length;
    const before = handles();
    const round = (): Promise<Outcome>[] => [
      ...['good.test', 'cut.test', 'silent.test'].map((host) => probeServer(server.port, { host, timeout: 30 })),
      probeServer(server.port, { host: 'silent.test', timeout: 30, protocol: 'tcp' }),
      probeServer(closed, { timeout: 30 }),
    ];
    await Promise.all(Array.from({ length: 40 }, round).flat());
    await expect.poll(handles).toBeLessThanOrEqual(before);
    await expect.poll(() => server.openConnections()).toBe(0);
  });
});
