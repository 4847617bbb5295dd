import { decode, encode, RECURSION_DESIRED, type DecodedPacket } from 'dns-packet';
import { RECORD_TYPES, type RecordType } from '../../core/monitor/dns.ts';
import { canonicalName, recordText } from './record-text.ts';

/** What is asked. */
export interface DnsQuestion {
  /** A name of the DNS, with or without a dot at its end; `.` for the root. */
  readonly name: string;
  readonly type: RecordType;
  /** Whether the server is asked to find out what it does not know. */
  readonly recursion: boolean;
}

/** One record of an answer. */
export interface DnsRecord {
  /** Whose record it is, in lower case without a dot at its end. */
  readonly name: string;
  readonly type: RecordType;
  /** Seconds. */
  readonly ttl: number;
  /** Its data as {@link recordText} writes it. */
  readonly text: string;
}

/** What a name server answered. */
export interface DnsReply {
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE_<n>` for a code without a name. */
  readonly rcode: string;
  /** Whether the server owns the zone (the AA bit). */
  readonly authoritative: boolean;
  /** Whether the answer was cut to fit into a datagram (the TC bit). */
  readonly truncated: boolean;
  /** The answer section, in order, records of other types left out. */
  readonly records: readonly DnsRecord[];
}

/** The size of datagrams that pass everywhere without fragments (DNS flag day 2020). */
const DATAGRAM_BYTES = 1232;
const HEADER_BYTES = 12;
const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;
/** RFC 1035 4.1.1, RFC 2136 2.2; the OPT record, which could extend them, is not read. */
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** Whether a name fits into a question. What does not can be no name of anything (RFC 1035 2.3.4). */
export function isAskable(name: string): boolean {
  if (name === '.') return true;
  const plain = name.replace(/\.$/, '');
  if (Buffer.byteLength(plain) > LONGEST_NAME) return false;
  return plain.split('.').every((label) => label !== '' && Buffer.byteLength(label) <= LONGEST_LABEL);
}

/** A query under this id, with room for answers beyond 512 bytes (EDNS0, RFC 6891). `name` must be {@link isAskable}. */
export function encodeQuery({ name, type, recursion }: DnsQuestion, id: number): Buffer {
  return encode({
    type: 'query',
    id,
    flags: recursion ? RECURSION_DESIRED : 0,
    questions: [{ name, type }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: DATAGRAM_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

/**
 * Reads a message as the answer to a question: `stray` when it answers something else (or nothing), `malformed` when it
 * is ours and cannot be read.
 */
export function readReply(message: Buffer, question: DnsQuestion, id: number): DnsReply | 'stray' | 'malformed' {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== id) return 'stray';
  const packet = decodeSections(message, true);
  // Whose answer it is can be read even where the answer cannot.
  const head = packet ?? decodeSections(message, false);
  if (head === null || !isAnswerTo(head, question)) return 'stray';
  if (packet === null) return 'malformed';
  return {
    rcode: rcodeOf(packet),
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    records: (packet.answers ?? []).flatMap((answer) => {
      const type = RECORD_TYPES.find((known) => known === answer.type);
      const text = recordText(answer);
      if (type === undefined || text === null || !('ttl' in answer)) return [];
      return [{ name: canonicalName(answer.name), type, ttl: answer.ttl ?? 0, text }];
    }),
  };
}

/** Reads header, questions and maybe answers. What stands behind them was not asked for and need not be understood. */
function decodeSections(message: Buffer, withAnswers: boolean): DecodedPacket | null {
  const sections = Buffer.from(message);
  // The counts of answers, of authorities and of additional records (RFC 1035 4.1.1).
  sections.fill(0, withAnswers ? 8 : 6, HEADER_BYTES);
  try {
    return decode(sections);
  } catch {
    return null;
  }
}

function isAnswerTo(packet: DecodedPacket, { name, type }: DnsQuestion): boolean {
  if (packet.type !== 'response') return false;
  const [asked, ...others] = packet.questions ?? [];
  // A server that could not or would not read the question may answer without repeating it.
  if (asked === undefined) return rcodeOf(packet) !== 'NOERROR';
  return others.length === 0 && asked.type === type && canonicalName(asked.name) === canonicalName(name);
}

function rcodeOf({ flags = 0 }: DecodedPacket): string {
  const code = flags & 15;
  return RCODES[code] ?? `RCODE_${code}`;
}

/**
 * The records of the type that was asked for: those of the name itself, or of the name at the end of the chain of CNAMEs
 * that the answer holds (RFC 1034 3.6.2). Records of other names do not count.
 */
export function answersTo({ name, type }: DnsQuestion, { records }: DnsReply): readonly DnsRecord[] {
  let owner = canonicalName(name);
  const seen = new Set<string>();
  while (!seen.has(owner)) {
    seen.add(owner);
    const at = owner;
    const found = records.filter((record) => record.name === at && record.type === type);
    const alias = records.find((record) => record.name === at && record.type === 'CNAME');
    if (found.length > 0 || alias === undefined) return found;
    owner = alias.text;
  }
  return [];
}
