/** An OAuth 2 token endpoint (RFC 6749, section 4.4) that knows one client, counts its requests, and can fail in many ways. */
import type { CertificateName } from './certificates.ts';
import type { Fixture } from './open-fixture.ts';
import { startWebServer, type WebAnswer, type WebRequest } from './web-server.ts';

/**
 * `issues` is right; `rejects` answers 401 invalid_client to the right client too; `refuses-scope` 400 invalid_scope;
 * `breaks` 503; `hangs` never answers; `garbage` answers 200 with HTML; `no-token` 200 with JSON that holds no token;
 * `other-type` a token of a type nobody knows; `redirects` 302 to another path; `huge` 2 MB of token.
 */
export type TokenMode =
  | 'issues'
  | 'rejects'
  | 'refuses-scope'
  | 'breaks'
  | 'hangs'
  | 'garbage'
  | 'no-token'
  | 'other-type'
  | 'redirects'
  | 'huge';

export interface TokenServerOptions {
  readonly mode?: TokenMode;
  readonly certificate?: CertificateName;
  /** `test-client` unless given. */
  readonly clientId?: string;
  /** `test secret:&=+%` unless given: it must be encoded in a header and in a form alike. */
  readonly clientSecret?: string;
  /** Seconds the tokens are good for, as the answer says; null leaves it out; 3600 unless given. */
  readonly expiresInS?: number | null;
}

/** One request for a token. */
export interface TokenRequest {
  /** How the client named itself (RFC 6749, section 2.3.1). */
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none';
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly grantType: string | null;
  readonly scope: string | null;
  /** The whole form. */
  readonly form: Readonly<Record<string, string>>;
}

export interface TokenServer extends Fixture {
  /** The endpoint's address. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly requests: readonly TokenRequest[];
  /** The tokens given out so far: `token-1`, `token-2` and so on. */
  readonly issued: readonly string[];
  readonly setMode: (mode: TokenMode) => void;
  readonly setExpiresInS: (seconds: number | null) => void;
  /** Whether a token was given out and not revoked; fits `bearer` of startWebServer. */
  readonly accepts: (token: string) => boolean;
  /** Every token given out so far is worth nothing from now on. */
  readonly revokeAll: () => void;
}

/** Starts a token endpoint on a free port of the loopback. */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const { clientId = 'test-client', clientSecret = 'test secret:&=+%' } = options;
  let { mode = 'issues', expiresInS = 3600 } = options;
  const requests: TokenRequest[] = [];
  const issued: string[] = [];
  const valid = new Set<string>();

  const issue = (): WebAnswer => {
    const token = `token-${issued.length + 1}`;
    issued.push(token);
    valid.add(token);
    const expiry = expiresInS === null ? {} : { expires_in: expiresInS };
    return json(200, { access_token: token, token_type: 'Bearer', ...expiry });
  };

  const server = await startWebServer({
    ...(options.certificate === undefined ? {} : { certificate: options.certificate }),
    answer(request) {
      const asked = readTokenRequest(request);
      requests.push(asked);
      const failure = failing(mode);
      if (failure !== undefined) return failure;
      const known = asked.clientId === clientId && asked.clientSecret === clientSecret;
      if (!known) return json(401, { error: 'invalid_client' });
      if (asked.grantType !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
      return issue();
    },
  });
  return {
    port: server.port,
    openConnections: server.openConnections,
    acceptedConnections: server.acceptedConnections,
    close: server.close,
    tokenUrl: `${server.url}token`,
    clientId,
    clientSecret,
    requests,
    issued,
    setMode: (next) => (mode = next),
    setExpiresInS: (seconds) => (expiresInS = seconds),
    accepts: (token) => valid.has(token),
    revokeAll: () => valid.clear(),
  };
}

/** Null: no answer at all. Undefined: nothing is wrong. */
function failing(mode: TokenMode): WebAnswer | null | undefined {
  switch (mode) {
    case 'issues':
      return undefined;
    case 'hangs':
      return null;
    case 'rejects':
      return json(401, { error: 'invalid_client', error_description: 'unknown client' });
    case 'refuses-scope':
      return json(400, { error: 'invalid_scope' });
    case 'breaks':
      return { status: 503, body: 'busy' };
    case 'garbage':
      return { headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' };
    case 'no-token':
      return json(200, { token_type: 'Bearer', expires_in: 3600 });
    case 'other-type':
      return json(200, { access_token: 'token-x', token_type: 'mac' });
    case 'redirects':
      return { status: 302, headers: { location: '/elsewhere' } };
    case 'huge':
      return json(200, { access_token: 'x'.repeat(2_000_000), token_type: 'Bearer' });
  }
}

function json(status: number, value: object): WebAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

function readTokenRequest(request: WebRequest): TokenRequest {
  const form = Object.fromEntries(new URLSearchParams(request.body));
  const [scheme = '', credentials = ''] = (request.headers['authorization'] ?? '').split(' ');
  const rest = { grantType: form['grant_type'] ?? null, scope: form['scope'] ?? null, form };
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(credentials, 'base64').toString();
    const colon = text.indexOf(':');
    const [clientId, clientSecret] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeFormValue);
    return { method: 'client_secret_basic', clientId: clientId ?? null, clientSecret: clientSecret ?? null, ...rest };
  }
  const clientId = form['client_id'] ?? null;
  const clientSecret = form['client_secret'] ?? null;
  return { method: clientSecret === null ? 'none' : 'client_secret_post', clientId, clientSecret, ...rest };
}

/** Id and secret are form-encoded before they go into the header (RFC 6749, section 2.3.1 and appendix B). */
function decodeFormValue(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}
