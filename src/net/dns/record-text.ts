import type { Answer } from 'dns-packet';
import ipaddr from 'ipaddr.js';
import type { RecordType } from '../../core/monitor/dns.ts';

/** A name of the DNS as it is compared and shown: in lower case, without a dot at its end; the root is `.`. */
export function canonicalName(name: string): string {
  return name === '.' ? name : name.toLowerCase().replace(/\.$/, '');
}

/**
 * The data of a record as text, as zone files write it but for names, which are canonical: `192.0.2.1`,
 * `10 mail.example.com` (MX), `0 5 443 a.example.com` (SRV), `0 issue "letsencrypt.org"` (CAA), the strings of TXT joined,
 * `mname rname serial refresh retry expire minimum` (SOA). `null` for a type that cannot be asked for.
 */
export function recordText(answer: Answer): string | null {
  const { type } = answer;
  if (type === 'A' || type === 'AAAA') return canonicalAddress(answer.data);
  if (type === 'CNAME' || type === 'NS' || type === 'PTR') return canonicalName(answer.data);
  if (type === 'MX') return `${answer.data.preference ?? 0} ${canonicalName(answer.data.exchange)}`;
  if (type === 'TXT') return [answer.data].flat().map(String).join('');
  if (type === 'CAA') return `${answer.data.flags ?? 0} ${answer.data.tag} "${answer.data.value}"`;
  if (type === 'SRV') {
    const { priority = 0, weight = 0, port, target } = answer.data;
    return `${priority} ${weight} ${port} ${canonicalName(target)}`;
  }
  if (type !== 'SOA') return null;
  const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
  return [canonicalName(mname), canonicalName(rname), serial, refresh, retry, expire, minimum].join(' ');
}

/** What a person expects of a record, in the form of {@link recordText}: names and addresses may be written in other ways. */
export function canonicalText(type: RecordType, written: string): string {
  if (type === 'TXT' || type === 'CAA') return written;
  const text = written.trim().replaceAll(/\s+/g, ' ');
  return type === 'A' || type === 'AAAA' ? canonicalAddress(text) : text.split(' ').map(canonicalName).join(' ');
}

function canonicalAddress(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.parse(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}

/** The name under which the DNS keeps the name of an address: `1.2.0.192.in-addr.arpa` (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseName(address: string): string {
  const parsed = ipaddr.parse(address);
  const parts =
    parsed instanceof ipaddr.IPv4
      ? parsed.octets.map(String)
      : parsed.toByteArray().flatMap((byte) => [(byte >> 4).toString(16), (byte & 15).toString(16)]);
  return `${parts.reverse().join('.')}.${parsed instanceof ipaddr.IPv4 ? 'in-addr' : 'ip6'}.arpa`;
}
