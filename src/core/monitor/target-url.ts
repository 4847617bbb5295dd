/** Longest address that is accepted, in characters. */
export const MAX_URL_LENGTH = 8192;

const HTTP: readonly [string, string] = ['https', 'http'];
/** RFC 1035 section 2.3.4: octets. */
const LONGEST_NAME = 253;
const NOT_VALID = 'has a host that is not valid';
/**
 * Addresses as nearly all are, in which only the parser can find a fault: labels as they may be, a port up to 59999, nothing
 * but ASCII. Each is read again for every check, and this takes half of the time of the rules below.
 */
const PLAIN =
  /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){0,20}[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::[1-9]\d{0,3}|:[1-5]\d{4})?(?:[/?#][\x21-\x7e]*)?$/;

/** An address as it is kept, and taken apart, or what is wrong with it, worded to follow the name of the key. */
export type ReadUrl = { readonly url: string; readonly parsed: URL } | { readonly fault: string };

/**
 * Reads the address of an HTTP target. It is kept as it was written, without blanks around it; one with letters outside
 * ASCII is kept in the form that is sent (punycode host, percent-encoded path), so that a look-alike shows.
 * The message never repeats the address, which may hold a secret.
 */
export function readTargetUrl(input: string, schemes: readonly [string, string] = HTTP): ReadUrl {
  if (schemes === HTTP && input.length <= LONGEST_NAME && PLAIN.test(input)) {
    const parsed = parseUrl(input);
    return parsed === null ? { fault: NOT_VALID } : { url: input, parsed };
  }
  const text = input.trim();
  if (text === '') return { fault: 'must not be empty' };
  if (text.length > MAX_URL_LENGTH) return { fault: `must not be longer than ${MAX_URL_LENGTH} characters` };
  if (/[\s\p{Cc}\p{Cs}]/u.test(text)) return { fault: 'must not contain blanks or control characters' };
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(text)?.[1]?.toLowerCase();
  const beginning = `must begin with ${schemes.map((name) => `${name}://`).join(' or ')}`;
  if (scheme === undefined) return { fault: beginning };
  if (!schemes.includes(scheme)) return { fault: `${beginning}; ${scheme.slice(0, 20)}: addresses cannot be checked` };
  const authority = /^[a-z]+:\/\/([^/\\?#]*)/i.exec(text)?.[1];
  if (authority === undefined) return { fault: beginning };
  if (authority === '') return { fault: 'has no host' };
  const fault = authorityFault(authority);
  if (fault !== undefined) return { fault };
  const parsed = parseUrl(text);
  if (parsed === null) return { fault: NOT_VALID };
  const hostFault = nameFault(parsed.hostname);
  if (hostFault !== undefined) return { fault: hostFault };
  return { url: /^[\x21-\x7e]*$/.test(text) ? text : parsed.href, parsed };
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function authorityFault(authority: string): string | undefined {
  if (authority.includes('@')) {
    return 'must not contain a user name or password: write them under auth, as basic: { username, password }';
  }
  const port = /:([^:\]]*)$/.exec(authority)?.[1];
  if (port === undefined) return undefined;
  if (!/^\d{1,8}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return 'must have a port from 1 to 65535';
  return undefined;
}

/** RFC 1035 section 2.3.4: at most 63 octets a label and 253 characters a name; a dot at the end is the root. */
export function nameFault(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return undefined;
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  if (name.length > LONGEST_NAME) return 'has a host name longer than 253 characters';
  const labels = name.split('.');
  if (labels.some((label) => label === '')) return 'has a host name with an empty part between two dots';
  if (labels.some((label) => label.length > 63)) return 'has a host name with a part longer than 63 characters';
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) {
    return 'has a host name with a part that begins or ends with a hyphen';
  }
  return undefined;
}

/** What people call an address: host, port and path without scheme, query and the slash at the end. */
export function shortUrl(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`.replace(/\/+$/, '');
}

/** The host and port of `tcp://host:port` as keys of a monitor, or what is wrong with it. */
export function fromEndpointUrl(
  text: string,
  usualPort: number | undefined,
): Readonly<Record<string, unknown>> | string {
  const match = /^[a-z]+:\/\/(\[[^\]]+\]|[^:/?#@[\]]+)(?::(\d{1,8}))?\/?$/i.exec(text);
  if (match === null) return 'must be a scheme, a host and a port alone, such as tcp://db.internal:5432';
  if (match[2] === undefined && usualPort === undefined) return 'has no port, such as tcp://db.internal:5432';
  return { host: match[1], ...(match[2] !== undefined && { port: Number(match[2]) }) };
}

/** The host of `ping://host` as a key of a monitor, or what is wrong with it. */
export function fromHostUrl(text: string): Readonly<Record<string, unknown>> | string {
  const match = /^[a-z]+:\/\/(\[[^\]]+\]|[^:/?#@[\]]+)\/?$/i.exec(text);
  return match === null ? 'must be a scheme and a host alone, such as ping://192.0.2.1' : { host: match[1] };
}
