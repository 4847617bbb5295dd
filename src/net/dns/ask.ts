import type { Attempt } from '../../core/evidence.ts';
import { type Endpoint, type IpVersion, USUAL_TLS } from '../../core/monitor/network.ts';
import { failure, type Failure } from '../failure.ts';
import { resolveVetted, type NetContext, type Reach } from '../reach.ts';
import { isAskable, type DnsQuestion, type DnsReply } from './message.ts';
import { exchangeStream } from './stream.ts';
import { exchangeUdp, type Exchanged } from './udp.ts';

export type DnsTransport = 'udp' | 'tcp' | 'tls';

/** A question to one name server. */
export interface DnsRequest extends DnsQuestion {
  /** A name is looked up as this machine does; each address is vetted. */
  readonly server: Endpoint;
  readonly transport: DnsTransport;
  /** Which addresses of the server may be used. */
  readonly ipVersion: IpVersion;
}

/** What came of a question. */
export interface DnsResult {
  readonly result: DnsReply | Failure;
  /** How it was asked last: a cut answer over UDP is asked for again over TCP. */
  readonly transport: DnsTransport;
  /** The address asked last, `192.0.2.1:53`; `null` when none was. */
  readonly address: string | null;
  /** Every address that was tried, in order. */
  readonly attempts: readonly Attempt[];
}

/**
 * Asks one name server one question, until the deadline at most, whose `whenOver` it uses meanwhile. Never rejects: a
 * server that does not answer is data.
 */
export async function askServer(request: DnsRequest, context: NetContext): Promise<DnsResult> {
  const { server, transport, ipVersion, name } = request;
  const done = ({ result, address, attempts }: Exchanged, over = transport): DnsResult => ({
    result,
    transport: over,
    address,
    attempts,
  });
  if (!isAskable(name)) {
    return done({ result: failure('invalid_url', 'not a name of the DNS'), address: null, attempts: [] });
  }
  const reach: Reach = { host: server.host, ipVersion, resolver: null, from: null };
  const target = { ...reach, port: server.port };
  if (transport === 'tls') {
    const tls = { host: server.host, settings: USUAL_TLS, alpn: [] };
    return done(await exchangeStream({ ...target, tls }, request, context));
  }
  if (transport === 'tcp') return done(await exchangeStream({ ...target, tls: null }, request, context));
  const vetted = await resolveVetted(target, context);
  if ('reason' in vetted) return done({ result: vetted, address: null, attempts: [] });
  const { addresses } = vetted;
  const whole = await exchangeUdp({ addresses, port: server.port }, request, context);
  if ('reason' in whole.result || !whole.result.truncated) return done(whole);
  // The same server: its name may stand for another one by now.
  const again = await exchangeStream({ ...target, host: whole.host ?? server.host, tls: null }, request, context);
  return done({ ...again, attempts: [...whole.attempts, ...again.attempts] }, 'tcp');
}
