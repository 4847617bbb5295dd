import type { Auth } from './http-request.ts';
import type { Monitor } from './monitor.ts';
import type { Proxy, TlsSettings } from './network.ts';

/** Names of headers and parameters that mostly carry a secret. */
const SECRET_NAME =
  /^(?:.*[_-])?(?:authorization|cookie|token|key|apikey|secret|password|passwd|pwd|auth|sig|signature|credentials?)$/i;

/** Whether what stands under this name, of a header or a parameter, is mostly a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** A word of a header such as `Bearer abc` or `session=abc` is taken for the secret in it from this length on. */
const SHORTEST_WORD = 8;

/** The keys of monitors that may hold secrets. */
interface Guarded {
  readonly auth?: Auth | null;
  readonly proxy?: Proxy | null;
  readonly tls?: TlsSettings;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly token?: string;
}

/**
 * What of a monitor's definition must not be shown, wherever it came from: passwords, tokens and keys, also in the form
 * in which they are sent; values of headers and parameters with a telling name.
 */
export function secretsOf(monitor: Monitor): readonly string[] {
  const { auth, proxy, tls, headers, url, token } = monitor as Guarded;
  return [
    ...(auth === undefined || auth === null ? [] : secretsOfAuth(auth)),
    ...(proxy?.password === undefined || proxy.password === null
      ? []
      : credentials(proxy.username ?? '', proxy.password)),
    ...(tls?.key === undefined || tls.key === null ? [] : [tls.key]),
    ...(token === undefined ? [] : [token]),
    ...secretEntries(Object.entries(headers ?? {})).flatMap(wordsOf),
    ...(url !== undefined && URL.canParse(url) ? secretEntries([...new URL(url).searchParams]) : []),
  ];
}

function secretsOfAuth(auth: Auth): readonly string[] {
  if ('basic' in auth) return credentials(auth.basic.username, auth.basic.password);
  if ('bearer' in auth) return [auth.bearer];
  const { client_id, client_secret, params } = auth.oauth2;
  // RFC 6749 section 2.3.1 encodes both parts, as in a form, before they are joined.
  const encoded = credentials(asInForm(client_id), asInForm(client_secret));
  return [...credentials(client_id, client_secret), ...encoded, ...secretEntries(Object.entries(params))];
}

/** A password, and as it is sent by HTTP Basic (RFC 7617); the padding may be missing where it comes back. */
function credentials(name: string, password: string): readonly string[] {
  return [password, Buffer.from(`${name}:${password}`).toString('base64').replace(/=+$/, '')];
}

function asInForm(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function secretEntries(entries: readonly (readonly [string, string])[]): readonly string[] {
  return entries.filter(([name]) => isSecretName(name)).map(([, value]) => value);
}

/** A value and the words in it. */
function wordsOf(value: string): readonly string[] {
  return [value, ...value.split(/[\s;,=]+/).filter((word) => word.length >= SHORTEST_WORD)];
}
