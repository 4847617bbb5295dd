/** What the stub DNS server can be told to reply. Each may stand inside another: `slow(200, truncated(records(['192.0.2.1'])))`. */
import type { CaaData, MxData, SoaData, SrvData, TxtData } from 'dns-packet';

/** An address or a name as text; an object for MX, SRV, SOA and CAA; a list of texts for TXT. */
export type DnsData = TxtData | MxData | SrvData | SoaData | CaaData;

export type DnsRcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

export type DnsReply =
  | { readonly kind: 'records'; readonly data: readonly DnsData[]; readonly ttlS: number }
  | { readonly kind: 'rcode'; readonly rcode: DnsRcode }
  | { readonly kind: 'truncated' | 'wrong-id' | 'other-question'; readonly reply: DnsReply }
  | { readonly kind: 'slow'; readonly delayMs: number; readonly reply: DnsReply }
  | { readonly kind: 'flip'; readonly replies: readonly DnsReply[] }
  | { readonly kind: 'dropped' | 'garbage' | 'malformed' };

/** One record for each of `data`. Over UDP it is cut (TC) where the client's buffer is too small, as real servers do. */
export function records(data: readonly DnsData[], ttlS = 60): DnsReply {
  return { kind: 'records', data, ttlS };
}

/** No record, and this code. */
export function rcode(code: DnsRcode): DnsReply {
  return { kind: 'rcode', rcode: code };
}

/** NOERROR without a record. */
export function empty(): DnsReply {
  return rcode('NOERROR');
}

/** Over UDP nothing but the TC bit; over TCP the whole reply. */
export function truncated(reply: DnsReply): DnsReply {
  return { kind: 'truncated', reply };
}

/** The reply, after a while. */
export function slow(delayMs: number, reply: DnsReply): DnsReply {
  return { kind: 'slow', delayMs, reply };
}

/** The first reply to the first query, the second to the next, and round again. */
export function flip(...replies: readonly DnsReply[]): DnsReply {
  return { kind: 'flip', replies };
}

/** The reply under an id nobody asked with. */
export function wrongId(reply: DnsReply): DnsReply {
  return { kind: 'wrong-id', reply };
}

/** The reply under the right id, to the question for another name. */
export function otherQuestion(reply: DnsReply): DnsReply {
  return { kind: 'other-question', reply };
}

/** Silence; over TCP the connection stays open. */
export function dropped(): DnsReply {
  return { kind: 'dropped' };
}

/** Bytes that are no DNS message. */
export function garbage(): DnsReply {
  return { kind: 'garbage' };
}

/** The right id and question, and an answer whose name points at itself (a compression loop). */
export function malformed(): DnsReply {
  return { kind: 'malformed' };
}

/** `count` addresses of 10.0.0.0/8, for replies that are too long. */
export function manyAddresses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
}
