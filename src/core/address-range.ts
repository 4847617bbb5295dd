import { isIP } from 'node:net';

/** A range of addresses, as `network.deny` and `network.allow` list them. */
export interface AddressRange {
  /** The first address of the range: 4 bytes, or 16 of IPv6. */
  readonly bytes: readonly number[];
  /** How many bits all its addresses share, from the left; 32 or 128 for a single address. */
  readonly bits: number;
  /** The one port that is meant; `null` for all. */
  readonly port: number | null;
}

/** What is wrong with a range as it was written: words that follow the name of its key, and what was probably meant. */
export interface RangeFault {
  readonly message: string;
  readonly suggestion: string | null;
}

const NO_RANGE = 'must be an address or a range of addresses, such as 192.0.2.1, 10.0.0.0/8 or fd00::/8';

/** Reads `192.0.2.1`, `10.0.0.0/8`, `fd00::/8`, and with a port `127.0.0.1:6379` or `[::1]:6379`. */
export function parseAddressRange(written: string): AddressRange | RangeFault {
  const text = written.trim();
  const withPort = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text);
  if (withPort !== null) return single(withPort[1] ?? withPort[2] ?? '', Number(withPort[3]));
  const [address = '', prefix, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === null || rest.length > 0) return { message: NO_RANGE, suggestion: suggestRange(text) };
  const most = bytes.length * 8;
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits <= most)) {
    return { message: `must have a prefix from /0 to /${most}`, suggestion: suggestRange(text) };
  }
  const first = masked(bytes, bits);
  if (first.some((byte, place) => byte !== bytes[place])) {
    return {
      message: `must begin a range of /${bits}: bits are set behind its prefix`,
      suggestion: formatAddressRange({ bytes: first, bits, port: null }),
    };
  }
  return { bytes, bits, port: null };
}

function single(address: string, port: number): AddressRange | RangeFault {
  const bytes = addressBytes(address);
  if (bytes === null) return { message: NO_RANGE, suggestion: null };
  if (port < 1 || port > 65_535) return { message: 'must have a port from 1 to 65535', suggestion: null };
  return { bytes, bits: bytes.length * 8, port };
}

/** Other ways in which people write ranges: with a mask, with stars. */
function suggestRange(text: string): string | null {
  const mask = /^([\d.]+)\/([\d.]+)$/.exec(text);
  const [address, ones] = [addressBytes(mask?.[1] ?? ''), addressBytes(mask?.[2] ?? '')];
  if (address?.length === 4 && ones?.length === 4) {
    const binary = ones.map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const bits = binary.lastIndexOf('1') + 1;
    return binary.slice(0, bits).includes('0') ? null : rangeText(address, bits);
  }
  const stars = /^((?:\d{1,3}\.){1,3})\*(?:\.\*)*$/.exec(text);
  if (stars === null) return null;
  const parts = (stars[1] ?? '').split('.').slice(0, -1);
  const bytes = addressBytes([...parts, '0', '0', '0'].slice(0, 4).join('.'));
  return bytes === null ? null : rangeText(bytes, parts.length * 8);
}

function rangeText(bytes: readonly number[], bits: number): string {
  return formatAddressRange({ bytes: masked(bytes, bits), bits, port: null });
}

/** Writes a range as {@link parseAddressRange} reads it; a single address without its prefix. */
export function formatAddressRange({ bytes, bits, port }: AddressRange): string {
  const address = bytes.length === 4 ? bytes.join('.') : shortIpv6(bytes);
  if (port !== null) return bytes.length === 4 ? `${address}:${port}` : `[${address}]:${port}`;
  return bits === bytes.length * 8 ? address : `${address}/${bits}`;
}

function shortIpv6(bytes: readonly number[]): string {
  const groups = bytes.flatMap((byte, place) => {
    return place % 2 === 0 ? [((byte << 8) | (bytes[place + 1] ?? 0)).toString(16)] : [];
  });
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** Whether an address, 4 or 16 bytes, lies in a range, whatever the range's port. */
export function isInRange(address: readonly number[], { bytes, bits }: AddressRange): boolean {
  return address.length === bytes.length && masked(address, bits).every((byte, place) => byte === bytes[place]);
}

/** Whether a range is one address alone. */
export function isSingleAddress({ bytes, bits }: AddressRange): boolean {
  return bits === bytes.length * 8;
}

/** The bytes of a literal address without zone, 4 or 16; `null` for anything else. */
export function addressBytes(address: string): readonly number[] | null {
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0) return null;
  if (family === 4) return address.split('.').map(Number);
  // The URL parser writes every form of IPv6 in one: eight groups with one `::` at most.
  const [left = '', right] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const [head, tail] = [groups(left), groups(right ?? '')];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function masked(bytes: readonly number[], bits: number): readonly number[] {
  return bytes.map((byte, place) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - place * 8))) & 0xff);
}
