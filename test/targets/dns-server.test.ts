import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, streamDecode, streamEncode, type DecodedPacket, type RecordType } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
} from './dns-replies.ts';
import { startDnsServer, type DnsServer } from './dns-server.ts';

let server: DnsServer;
let resolver: Resolver;

beforeEach(async () => {
  server = await startDnsServer();
  resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([server.address]);
});
afterEach(() => server.close());

const QUERY_ID = 4711;

function query(name: string, type: RecordType): Parameters<typeof encode>[0] {
  return { type: 'query', id: QUERY_ID, questions: [{ name, type }] };
}

async function askRaw(name: string, type: RecordType = 'A'): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.send(encode(query(name, type)), server.port, '127.0.0.1');
    const [reply] = (await once(socket, 'message')) as [Buffer];
    return reply;
  } finally {
    socket.close();
  }
}

async function askOverTcp(name: string, type: RecordType = 'A'): Promise<DecodedPacket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(streamEncode(query(name, type)));
  let heard = Buffer.alloc(0);
  for await (const piece of socket) {
    heard = Buffer.concat([heard, piece as Buffer]);
    if (heard.length >= 2 && heard.length >= 2 + heard.readUInt16BE(0)) break;
  }
  return streamDecode(heard) as DecodedPacket;
}

describe('the stub DNS server', () => {
  it('answers every type', async () => {
    const name = 'site.test';
    server.set(name, 'A', records(['192.0.2.1', '192.0.2.2'], 17));
    server.set(name, 'AAAA', records(['2001:db8::1']));
    server.set(name, 'MX', records([{ preference: 10, exchange: 'mx.test' }]));
    server.set(name, 'NS', records(['ns.test']));
    server.set(name, 'TXT', records([['one ', 'two'], 'three']));
    server.set(name, 'SRV', records([{ priority: 1, weight: 2, port: 3, target: 'srv.test' }]));
    server.set(name, 'CAA', records([{ flags: 0, tag: 'issue', value: 'ca.test' }]));
    const soa = { mname: 'ns.test', rname: 'root.test', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 };
    server.set(name, 'SOA', records([soa]));
    server.set('1.2.0.192.in-addr.arpa', 'PTR', records(['back.test']));
    expect(await resolver.resolve4(name, { ttl: true })).toEqual([
      { address: '192.0.2.1', ttl: 17 },
      { address: '192.0.2.2', ttl: 17 },
    ]);
    expect(await resolver.resolve6(name)).toEqual(['2001:db8::1']);
    expect(await resolver.resolveMx(name)).toMatchObject([{ exchange: 'mx.test', priority: 10 }]);
    expect(await resolver.resolveNs(name)).toEqual(['ns.test']);
    expect(await resolver.resolveTxt(name)).toEqual([['one ', 'two'], ['three']]);
    expect(await resolver.resolveSrv(name)).toMatchObject([{ priority: 1, weight: 2, port: 3, name: 'srv.test' }]);
    expect(await resolver.resolveCaa(name)).toMatchObject([{ critical: 0, issue: 'ca.test' }]);
    expect(await resolver.resolveSoa(name)).toMatchObject({ nsname: 'ns.test', hostmaster: 'root.test', serial: 1 });
    expect(await resolver.resolvePtr('1.2.0.192.in-addr.arpa')).toEqual(['back.test']);
    expect(server.queries).toHaveLength(9);
    expect(server.queries[0]).toEqual({ name, type: 'A', transport: 'udp', recursionDesired: true });
  });

  it.each([
    ['NXDOMAIN', 'ENOTFOUND'],
    ['SERVFAIL', 'ESERVFAIL'],
    ['REFUSED', 'EREFUSED'],
    ['NOTIMP', 'ENOTIMP'],
    ['FORMERR', 'EFORMERR'],
    ['NOERROR', 'ENODATA'],
  ] as const)('replies %s, which Node calls %s', async (code, error) => {
    server.set('site.test', '*', rcode(code));
    await expect(resolver.resolve4('site.test')).rejects.toMatchObject({ code: error });
  });

  it('knows an empty name from one that is not', async () => {
    server.set('site.test', 'AAAA', empty());
    await expect(resolver.resolve4('site.test')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('other.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    server.set('*', 'A', records(['192.0.2.9']));
    expect(await resolver.resolve4('other.test')).toEqual(['192.0.2.9']);
  });

  it('follows CNAMEs, and stops where they go round', async () => {
    server.set('www.test', 'CNAME', records(['cdn.test']));
    server.set('cdn.test', 'A', records(['192.0.2.1']));
    expect(await resolver.resolve4('WWW.test')).toEqual(['192.0.2.1']);
    expect(await resolver.resolveCname('www.test')).toEqual(['cdn.test']);
    server.set('a.test', 'CNAME', records(['b.test']));
    server.set('b.test', 'CNAME', records(['a.test']));
    expect(decode(await askRaw('a.test')).answers).toHaveLength(2);
    server.set('lost.test', 'CNAME', records(['nowhere.test']));
    await expect(resolver.resolve4('lost.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('truncates over UDP and answers whole over TCP', async () => {
    server.set('cut.test', 'A', truncated(records(['192.0.2.1'])));
    expect(decode(await askRaw('cut.test'))).toMatchObject({ flag_tc: true, answers: [] });
    expect(await resolver.resolve4('cut.test')).toEqual(['192.0.2.1']);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'udp', 'tcp']);
  });

  it('sends a thousand records over TCP, and says over UDP that they do not fit', async () => {
    server.set('many.test', 'A', records(manyAddresses(1000)));
    expect(decode(await askRaw('many.test')).flag_tc).toBe(true);
    expect((await askOverTcp('many.test')).answers).toHaveLength(1000);
  });

  it('flips from query to query', async () => {
    server.set('flip.test', 'A', flip(records(['192.0.2.1']), records(['127.0.0.1'])));
    const seen = [];
    for (let n = 0; n < 3; n += 1) seen.push(...(await resolver.resolve4('flip.test')));
    expect(seen).toEqual(['192.0.2.1', '127.0.0.1', '192.0.2.1']);
  });

  it('drops, and is slow', async () => {
    const hasty = new Resolver({ timeout: 100, tries: 1 });
    hasty.setServers([server.address]);
    server.set('dropped.test', 'A', dropped());
    await expect(hasty.resolve4('dropped.test')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    server.set('slow.test', 'A', slow(50, records(['192.0.2.1'])));
    const began = performance.now();
    expect(await resolver.resolve4('slow.test')).toEqual(['192.0.2.1']);
    expect(performance.now() - began).toBeGreaterThan(45);
  });

  it('lies about id and question, and talks nonsense', async () => {
    server.set('id.test', 'A', wrongId(records(['192.0.2.1'])));
    expect(decode(await askRaw('id.test')).id).toBe(QUERY_ID + 1);
    server.set('other.test', 'A', otherQuestion(records(['192.0.2.1'])));
    expect(decode(await askRaw('other.test'))).toMatchObject({
      id: QUERY_ID,
      questions: [{ name: 'not-other.test' }],
      answers: [{ name: 'not-other.test' }],
    });
    server.set('garbage.test', 'A', garbage());
    expect((await askRaw('garbage.test')).toString()).toBe('no DNS at all');
    server.set('loop.test', 'A', malformed());
    const reply = await askRaw('loop.test');
    expect(reply.readUInt16BE(0)).toBe(QUERY_ID);
    expect(() => decode(reply)).toThrow(/./);
  });

  it.each(['silent', 'closes'] as const)('can leave TCP %s', async (tcp) => {
    const udpOnly = await startDnsServer({ tcp });
    const socket = connect(udpOnly.port, '127.0.0.1').on('error', () => undefined);
    socket.write(streamEncode(query('site.test', 'A')));
    const closed = new Promise((resolve) => socket.resume().on('close', resolve));
    await once(socket, 'connect');
    if (tcp === 'silent') await udpOnly.close();
    await closed;
    if (tcp === 'closes') await udpOnly.close();
    expect(socket.bytesRead).toBe(0);
  });
});
