import type { Milliseconds } from '../../core/duration.ts';
import type { Auth, OAuth2 } from '../../core/monitor/http-request.ts';
import type { Endpoint, IpVersion, Proxy } from '../../core/monitor/network.ts';
import type { Failure } from '../../net/failure.ts';
import type { ProbeContext } from './probe.ts';

/** A token that was given out. */
export interface Token {
  /** The value of the Authorization header. */
  readonly authorization: string;
  /** Until when it is used, on the monotonic clock. */
  readonly usableUntil: Milliseconds;
}

/** Tokens by whom they were given to and for what, also those still on their way. */
export type TokenStore = Map<string, TokenEntry>;

interface TokenEntry {
  readonly token: Promise<Token | Failure>;
  hasCome: boolean;
}

/** How the one who gives out tokens is reached: as the target is. */
export interface TokenReach {
  readonly timeout: Milliseconds;
  readonly ip_version: IpVersion;
  readonly resolver: Endpoint | null;
  readonly proxy: Proxy | null;
  /** Authorities (PEM) to trust besides those Node brings along. */
  readonly ca: string | null;
}

/** What a request proves itself with. */
export interface Access {
  /** The value of the Authorization header. */
  readonly authorization: string;
  /** Whether it was known before this check, so that it may have been revoked meanwhile. */
  readonly wasKnown: boolean;
  /** Makes the next check ask for another. */
  readonly forget: () => void;
}

const MOST_TOKENS = 1000;

/**
 * What proves who we are, or why there is nothing: `auth_unavailable`, whose message holds no secret. A token is asked
 * for within a deadline of its own, `reach.timeout`, before the check's own time begins; checks that need the same one
 * wait for it together, and use it until shortly before it expires.
 */
export async function accessFor(auth: Auth, reach: TokenReach, context: ProbeContext): Promise<Access | Failure> {
  if ('bearer' in auth) return constant(`Bearer ${auth.bearer}`);
  if ('basic' in auth) {
    const { username, password } = auth.basic;
    return constant(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  }
  const { tokens, clock } = context;
  const key = keyOf(auth.oauth2);
  const known = tokens.get(key);
  if (known?.hasCome === true) {
    const kept = await known.token;
    if (!('reason' in kept) && clock.monotonic() < kept.usableUntil) return access(kept, tokens, key);
    if (tokens.get(key) === known) tokens.delete(key);
  }
  const entry = tokens.get(key) ?? (await ask(auth.oauth2, reach, context));
  const token = await entry.token;
  return 'reason' in token ? token : { ...access(token, tokens, key), wasKnown: false };
}

/** Every key of the request for a token: with any other it might be another token. */
function keyOf({ token_url, client_id, client_secret, scopes, params, style }: OAuth2): string {
  return JSON.stringify([token_url, client_id, client_secret, scopes, params, style]);
}

async function ask(oauth2: OAuth2, reach: TokenReach, context: ProbeContext): Promise<TokenEntry> {
  const { tokens } = context;
  const key = keyOf(oauth2);
  const { fetchToken } = await import('./token-request.ts');
  const begun = tokens.get(key);
  if (begun !== undefined) return begun;
  const entry: TokenEntry = { token: fetchToken(oauth2, reach, context), hasCome: false };
  tokens.set(key, entry);
  for (const oldest of tokens.keys()) {
    if (tokens.size <= MOST_TOKENS) break;
    tokens.delete(oldest);
  }
  void entry.token.then((token) => {
    entry.hasCome = true;
    // The next check tries again.
    if ('reason' in token && tokens.get(key) === entry) tokens.delete(key);
  });
  return entry;
}

function access({ authorization }: Token, tokens: TokenStore, key: string): Access {
  const entry = tokens.get(key);
  const forget = (): void => {
    // Another check may have got a new one meanwhile.
    if (tokens.get(key) === entry) tokens.delete(key);
  };
  return { authorization, wasKnown: true, forget };
}

function constant(authorization: string): Access {
  return { authorization, wasKnown: false, forget: ignore };
}

function ignore(): void {
  // Only tokens can be replaced.
}
