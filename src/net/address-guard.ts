import ipaddr from 'ipaddr.js';
import { type AddressRange, isInRange, isSingleAddress } from '../core/address-range.ts';

/**
 * What kind of address one is. `forbidden`: link-local, cloud metadata, multicast, broadcast and unspecified addresses,
 * which no check has a reason to dial. `private`: loopback, private networks and every other special-purpose range.
 */
export type AddressClass = 'public' | 'private' | 'forbidden';

/** Which addresses may be dialled. A public one may, unless it is denied. */
export interface AddressPolicy {
  /** Whether private addresses may be dialled that `allow` does not list. */
  readonly allowPrivate: boolean;
  /** Never dialled, whatever else is said. */
  readonly deny: readonly AddressRange[];
  /** Dialled also when they are private. Of the forbidden ones only those that are listed one by one, without range. */
  readonly allow: readonly AddressRange[];
}

/** The policy for monitors of the file and for the command line: who writes them may reach the own network anyway. */
export const OWN_NETWORK_POLICY: AddressPolicy = { allowPrivate: true, deny: [], allow: [] };

type Bytes = readonly number[];

const FORBIDDEN: readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[] = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  // Metadata services outside the link-local range: Alibaba, Azure, Oracle; AWS and Google over IPv6.
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '::/128',
  'fe80::/10',
  'ff00::/8',
].map((range) => ipaddr.parseCIDR(range));

const SEVERITY: Readonly<Record<AddressClass, number>> = { public: 0, private: 1, forbidden: 2 };

/** One address that a literal stands for: itself, or an IPv4 address that it carries. */
interface Face {
  readonly bytes: Bytes;
  readonly kind: AddressClass;
}

/**
 * Classifies a literal address, seeing through IPv6 forms that carry an IPv4 address: mapped, compatible, translated,
 * NAT64, 6to4, Teredo and ISATAP. What cannot be read is `forbidden`.
 */
export function classifyAddress(literal: string): AddressClass {
  return look(literal)?.addressClass ?? 'forbidden';
}

/** What there is to see of a literal address, whatever the policy. */
interface Sight {
  readonly own: Bytes;
  readonly faces: readonly Face[];
  /** The worst class of its faces. */
  readonly addressClass: AddressClass;
}

/** So many addresses are remembered: monitors dial the same ones again and again. */
const MOST_KNOWN = 1000;
const known = new Map<string, Sight>();

/** `null` for what is no address. An address is always seen alike, so it is looked at once. */
function look(literal: string): Sight | null {
  const seen = known.get(literal);
  if (seen !== undefined) return seen;
  if (!ipaddr.isValid(literal)) return null;
  const address = ipaddr.parse(literal);
  const faces = facesOf(address);
  const sight = { own: address.toByteArray(), faces, addressClass: worst(faces.map(({ kind }) => kind)) };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(literal, sight);
  return sight;
}

/** Every address that may be reached through this one. */
function facesOf(address: ipaddr.IPv4 | ipaddr.IPv6): readonly Face[] {
  const bytes = address.toByteArray();
  const own = { bytes, kind: ownClass(address) };
  if (address instanceof ipaddr.IPv4) return [own];
  const carried = embeddedIpv4(bytes).map((part) => ({ bytes: part, kind: ownClass(new ipaddr.IPv4([...part])) }));
  if (carried.length === 0) return [own];
  return isTunnel(bytes) ? [own, ...carried] : carried;
}

/** Whether a literal address is this machine itself, however it is written. */
export function isLoopback(literal: string): boolean {
  return ipaddr.isValid(literal) && ipaddr.process(literal).range() === 'loopback';
}

function ownClass(address: ipaddr.IPv4 | ipaddr.IPv6): AddressClass {
  if (isForbidden(address)) return 'forbidden';
  return address.range() === 'unicast' ? 'public' : 'private';
}

/** What is about to be dialled, beside its address. */
export interface Errand {
  /** The class of the address a redirect came from: a public site must not lead us into the own network. */
  readonly from: AddressClass | null;
  /** `null` where there is none, as for an echo request. */
  readonly port: number | null;
}

/** Why an address must not be dialled, as the rest of a sentence, or `null` when it may. */
export function refusalOf(literal: string, policy: AddressPolicy, { from, port }: Errand): string | null {
  const sight = look(literal);
  if (sight === null) return `${literal} is never dialled`;
  const { own, faces } = sight;
  const isDenied = policy.deny.some((range) => {
    const concerns = range.port === null || range.port === port;
    return concerns && [own, ...faces.map(({ bytes }) => bytes)].some((bytes) => isInRange(bytes, range));
  });
  if (isDenied) return `${literal} is denied by network.deny`;
  const reasons = faces.flatMap(({ bytes, kind }) => {
    if (kind === 'public' || isListed(policy, [own, bytes], kind)) return [];
    if (kind === 'forbidden') return [`${literal} is never dialled`];
    if (!policy.allowPrivate) return [`${literal} is not a public address`];
    return from === 'public' ? [`a public site leads to ${literal}, which is not a public address`] : [];
  });
  return reasons[0] ?? null;
}

/** Whether `allow` lists an address, in the form in which it is written or in that in which it is reached. */
function isListed({ allow }: AddressPolicy, forms: readonly Bytes[], kind: AddressClass): boolean {
  const fitting = kind === 'forbidden' ? allow.filter(isSingleAddress) : allow;
  return fitting.some((range) => forms.some((bytes) => isInRange(bytes, range)));
}

/** Whether two literals are the same address, however they are written and whatever their zones. */
export function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false;
  const [a, b] = [ipaddr.process(one).toByteArray(), ipaddr.process(other).toByteArray()];
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

/** The worst class of several: one bad answer condemns a name. */
export function worst(classes: readonly AddressClass[]): AddressClass {
  return classes.reduce((bad, next) => (SEVERITY[next] > SEVERITY[bad] ? next : bad), 'public');
}

function isForbidden(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return FORBIDDEN.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

/** Teredo and ISATAP keep a range of their own beside the address they carry. */
function isTunnel(bytes: Bytes): boolean {
  return startsWith(bytes, [0x20, 0x01, 0, 0]) || isIsatap(bytes);
}

function isIsatap(bytes: Bytes): boolean {
  return ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

function embeddedIpv4(bytes: Bytes): Bytes[] {
  const last = bytes.slice(12);
  const zeros = (count: number): boolean => bytes.slice(0, count).every((byte) => byte === 0);
  // ::1 is the loopback and not the compatible form of 0.0.0.1.
  if (zeros(15)) return [];
  // Compatible ::a.b.c.d, mapped ::ffff:a.b.c.d, translated ::ffff:0:a.b.c.d (RFC 4291 2.5.5, RFC 2765).
  if (zeros(12) || (zeros(10) && bytes[10] === 0xff && bytes[11] === 0xff)) return [last];
  if (zeros(8) && startsWith(bytes.slice(8), [0xff, 0xff, 0, 0])) return [last];
  if (startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return [last];
  if (startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 1])) return localNat64(bytes);
  if (startsWith(bytes, [0x20, 0x02])) return [bytes.slice(2, 6)];
  if (startsWith(bytes, [0x20, 0x01, 0, 0])) return [bytes.slice(4, 8), last.map((byte) => byte ^ 0xff)];
  return isIsatap(bytes) ? [last] : [];
}

/** RFC 6052 2.2: where the IPv4 address lies depends on the operator's prefix, /48, /56, /64 or /96; every one is read. */
function localNat64(bytes: Bytes): Bytes[] {
  const at = (...places: number[]): Bytes => places.map((place) => bytes[place] ?? 0);
  const forms = [at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), at(12, 13, 14, 15)];
  const filled = forms.filter((form) => form[0] !== 0);
  return filled.length === 0 ? [at(12, 13, 14, 15)] : filled;
}

function startsWith(bytes: Bytes, prefix: Bytes): boolean {
  return prefix.every((byte, place) => bytes[place] === byte);
}
