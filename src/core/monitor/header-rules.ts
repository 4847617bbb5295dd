const MAX_VALUE_LENGTH = 8192;

/** Headers that are not the user's to set, with the reason. They describe the connection, which a check makes itself. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['host', 'it follows from the url'],
  ['content-length', 'it follows from the body'],
  ['transfer-encoding', 'it follows from the body'],
  ['trailer', 'a check sends no trailers'],
  ['te', 'it belongs to the connection, which is made anew for each check'],
  ['connection', 'it belongs to the connection, which is made anew for each check'],
  ['keep-alive', 'it belongs to the connection, which is made anew for each check'],
  ['proxy-connection', 'it belongs to the connection, which is made anew for each check'],
  ['proxy-authorization', 'a proxy has keys of its own, proxy.username and proxy.password'],
  ['upgrade', 'the version of HTTP is http_version'],
  ['http2-settings', 'the version of HTTP is http_version'],
  ['expect', 'a check sends its body at once'],
]);

/** What is wrong with the name of a header (RFC 9110 section 5.1), or `undefined`. */
export function headerNameFault(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)) {
    return "is not a header name: it may hold letters, digits and !#$%&'*+.^_`|~- only";
  }
  const reason = RESERVED.get(name.toLowerCase());
  return reason === undefined ? undefined : `cannot be set: ${reason}`;
}

/** What is wrong with the value of a header (RFC 9110 section 5.5), or `undefined`. */
export function headerValueFault(value: string): string | undefined {
  if (value.length > MAX_VALUE_LENGTH) return `must not be longer than ${MAX_VALUE_LENGTH} characters`;
  if (/[\r\n]/.test(value)) return 'must not contain a line break';
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return 'must not contain control characters, nor letters beyond Latin-1';
  }
  return undefined;
}

/** The first name that is there twice when case does not count, or `undefined`. */
export function repeatedHeader(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    const key = name.toLowerCase();
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}
