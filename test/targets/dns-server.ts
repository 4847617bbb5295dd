/**
 * A DNS server of the loopback that replies as it is told, over UDP and TCP on one port:
 *
 *     const dns = await startDnsServer();
 *     dns.set('site.test', 'A', flip(records(['192.0.2.1']), records(['127.0.0.1'])));
 *
 * A name never set does not exist (NXDOMAIN); a known name without the type asked for is empty, or follows its CNAME.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  type Answer,
  type DecodedPacket,
  type Packet,
  type Question,
  type RecordType,
} from 'dns-packet';
import type { DnsRcode, DnsReply } from './dns-replies.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

/** A question that came. */
export interface DnsQuery {
  readonly name: string;
  readonly type: RecordType;
  readonly transport: 'udp' | 'tcp';
  readonly recursionDesired: boolean;
}

/** The connections counted are those of TCP. */
export interface DnsServer extends Fixture {
  /** `127.0.0.1:<port>`, as `dns.setServers` takes it. */
  readonly address: string;
  readonly queries: readonly DnsQuery[];
  /** From now on replies so to questions for this name (`*`: any name not set) and type (`*`: any type not set). */
  readonly set: (name: string, type: RecordType | '*', reply: DnsReply) => void;
}

export interface DnsServerOptions {
  /** What happens to connections: answered unless given. */
  readonly tcp?: 'silent' | 'closes';
}

/** Starts a stub DNS server on a port of 127.0.0.1 that is free for both UDP and TCP. */
export async function startDnsServer(options: DnsServerOptions = {}): Promise<DnsServer> {
  const zone = new Zone();
  const queries: DnsQuery[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const serve = (message: Buffer, transport: DnsQuery['transport'], send: (reply: Buffer) => void): void => {
    const asked = parse(message, transport);
    if (asked === null) return;
    const { name, type } = asked.question;
    queries.push({ name, type, transport, recursionDesired: asked.recursionDesired });
    const { delayMs, bytes } = render(zone.replyTo(asked.question), asked, zone);
    if (bytes === null) return;
    if (delayMs === 0) return send(bytes);
    const timer = setTimeout(() => (timers.delete(timer), send(bytes)), delayMs);
    timers.add(timer);
  };

  const tcp = createServer((socket) => {
    if (options.tcp === 'closes') socket.destroy();
    else if (options.tcp !== 'silent') serveTcp(socket, serve);
  });
  const { fixture, udp } = await openBoth(tcp);
  udp.on('error', () => undefined);
  udp.on('message', (message: Buffer, { port, address }: RemoteInfo) =>
    serve(message, 'udp', (reply) => udp.send(reply, port, address)),
  );
  return {
    ...fixture,
    address: `127.0.0.1:${fixture.port}`,
    queries,
    set: (name, type, reply) => zone.set(name, type, reply),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      udp.close();
      await fixture.close();
    },
  };
}

interface Asked {
  readonly id: number;
  readonly question: Question;
  readonly recursionDesired: boolean;
  /** The longest reply that may be sent. */
  readonly roomBytes: number;
  readonly transport: DnsQuery['transport'];
}

/** The replies by name and type, and how often each was asked for. */
class Zone {
  readonly #replies = new Map<string, DnsReply>();
  readonly #asked = new Map<DnsReply, number>();

  set(name: string, type: string, reply: DnsReply): void {
    this.#replies.set(`${canonical(name)} ${type}`, reply);
  }

  /** Null for what was not set. */
  replyTo({ name, type }: Question): DnsReply | null {
    for (const key of [`${canonical(name)} ${type}`, `${canonical(name)} *`, `* ${type}`, '* *']) {
      const reply = this.#replies.get(key);
      if (reply !== undefined) return this.turn(reply);
    }
    return null;
  }

  knows(name: string): boolean {
    return [...this.#replies.keys()].some((key) => key.startsWith(`${canonical(name)} `));
  }

  /** Of a flipping reply the one whose turn it is. */
  turn(reply: DnsReply): DnsReply {
    if (reply.kind !== 'flip') return reply;
    const count = this.#asked.get(reply) ?? 0;
    this.#asked.set(reply, count + 1);
    return this.turn(reply.replies[count % reply.replies.length] ?? { kind: 'dropped' });
  }

  cnameOf(name: string): { readonly target: string; readonly ttlS: number } | null {
    const reply = this.#replies.get(`${canonical(name)} CNAME`);
    if (reply?.kind !== 'records' || typeof reply.data[0] !== 'string') return null;
    return { target: reply.data[0], ttlS: reply.ttlS };
  }
}

interface Rendered {
  readonly delayMs: number;
  /** Null for silence. */
  readonly bytes: Buffer | null;
}

function render(reply: DnsReply | null, asked: Asked, zone: Zone): Rendered {
  if (reply === null) {
    const { answers, code } = followCnames(asked.question, zone);
    return { delayMs: 0, bytes: message(asked, answers, code) };
  }
  switch (reply.kind) {
    case 'records':
      return { delayMs: 0, bytes: message(asked, toAnswers(asked.question, reply), 'NOERROR') };
    case 'rcode':
      return { delayMs: 0, bytes: message(asked, [], reply.rcode) };
    case 'truncated':
      if (asked.transport === 'tcp') return render(zone.turn(reply.reply), asked, zone);
      return { delayMs: 0, bytes: message({ ...asked, roomBytes: 0 }, [], 'NOERROR') };
    case 'slow': {
      const { delayMs, bytes } = render(zone.turn(reply.reply), asked, zone);
      return { delayMs: delayMs + reply.delayMs, bytes };
    }
    case 'flip':
      return render(zone.turn(reply), asked, zone);
    case 'wrong-id':
      return render(zone.turn(reply.reply), { ...asked, id: (asked.id + 1) & 0xffff }, zone);
    case 'other-question': {
      const question = { ...asked.question, name: `not-${asked.question.name}` };
      return render(zone.turn(reply.reply), { ...asked, question }, zone);
    }
    case 'dropped':
      return { delayMs: 0, bytes: null };
    case 'garbage':
      return { delayMs: 0, bytes: Buffer.from('no DNS at all') };
    case 'malformed':
      return { delayMs: 0, bytes: selfReferringAnswer(asked) };
  }
}

/** The chain of CNAMEs from a name, and what is at its end; a loop ends where it would begin again. */
function followCnames(
  { name, type }: Question,
  zone: Zone,
): { readonly answers: readonly Answer[]; readonly code: DnsRcode } {
  const answers: Answer[] = [];
  const seen = new Set<string>();
  let at = name;
  for (let cname = zone.cnameOf(at); cname !== null; cname = zone.cnameOf(at)) {
    if (seen.has(canonical(at))) return { answers, code: 'NOERROR' };
    seen.add(canonical(at));
    answers.push({ name: at, type: 'CNAME', ttl: cname.ttlS, data: cname.target });
    at = cname.target;
  }
  const end = zone.replyTo({ name: at, type });
  if (end?.kind === 'records') answers.push(...toAnswers({ name: at, type }, end));
  if (end?.kind === 'rcode') return { answers, code: end.rcode };
  return { answers, code: zone.knows(at) ? 'NOERROR' : 'NXDOMAIN' };
}

function toAnswers({ name, type }: Question, reply: DnsReply & { readonly kind: 'records' }): readonly Answer[] {
  return reply.data.map((data) => ({ name, type, ttl: reply.ttlS, data }) as Answer);
}

// RFC 1035, 4.1.1, and RFC 2136, 2.2
const RCODES: Readonly<Record<DnsRcode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

function message(asked: Asked, answers: readonly Answer[], code: DnsRcode): Buffer {
  const { id, question } = asked;
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (asked.recursionDesired ? RECURSION_DESIRED : 0);
  const packet: Packet = { type: 'response', id, questions: [question] };
  const whole = encode({ ...packet, flags: flags | RCODES[code], answers: [...answers] });
  if (whole.length <= asked.roomBytes) return whole;
  return encode({ ...packet, flags: flags | RCODES[code] | TRUNCATED_RESPONSE });
}

function selfReferringAnswer(asked: Asked): Buffer {
  const head = message(asked, [], 'NOERROR');
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, Buffer.from([0xc0 | (head.length >> 8), head.length & 255, 0, 1, 0, 1])]);
}

function parse(bytes: Buffer, transport: DnsQuery['transport']): Asked | null {
  let packet: DecodedPacket;
  try {
    packet = decode(bytes);
  } catch {
    return null;
  }
  const [question] = packet.questions ?? [];
  if (question === undefined) return null;
  const edns = packet.additionals?.find((record) => record.type === 'OPT');
  return {
    id: packet.id ?? 0,
    question,
    recursionDesired: packet.flag_rd,
    // Without EDNS a datagram holds 512 bytes (RFC 1035, 2.3.4).
    roomBytes: transport === 'tcp' ? 65_535 : Math.max(512, edns?.udpPayloadSize ?? 512),
    transport,
  };
}

/** Cuts the stream into messages, each behind its length in two bytes. */
function serveTcp(
  socket: Socket,
  serve: (message: Buffer, transport: 'tcp', send: (reply: Buffer) => void) => void,
): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      serve(rest.subarray(2, end), 'tcp', (reply) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        if (!socket.destroyed) socket.write(Buffer.concat([length, reply]));
      });
      rest = rest.subarray(end);
    }
  });
}

/** TCP chooses a free port; where UDP has that one taken, both choose again. */
async function openBoth(
  tcp: ReturnType<typeof createServer>,
): Promise<{ readonly fixture: Fixture; readonly udp: UdpSocket }> {
  for (;;) {
    const fixture = await openFixture(tcp);
    const udp = createSocket('udp4');
    try {
      udp.bind(fixture.port, '127.0.0.1');
      await once(udp, 'listening');
      return { fixture, udp };
    } catch {
      udp.close();
      await fixture.close();
    }
  }
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
