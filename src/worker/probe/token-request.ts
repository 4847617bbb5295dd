import { rootCertificates } from 'node:tls';
import type { Milliseconds } from '../../core/duration.ts';
import { headerValueFault } from '../../core/monitor/header-rules.ts';
import type { OAuth2 } from '../../core/monitor/http-request.ts';
import { USUAL_TLS } from '../../core/monitor/network.ts';
import { Deadline } from '../../net/deadline.ts';
import { exchange, type ExchangeRequest } from '../../net/exchange.ts';
import { failureSaying, type Failure } from '../../net/failure.ts';
import { PhaseTimer } from '../../net/phase-timer.ts';
import type { Token, TokenReach } from './authorization.ts';
import { USER_AGENT } from './http/request-headers.ts';
import type { ProbeContext } from './probe.ts';

const LARGEST_ANSWER = 65_536;
/** A token is not used any more so long before it expires: it must last until it arrives. */
const MARGIN: Milliseconds = 30_000;
/** When nobody says how long a token is good for. */
const USUAL_LIFETIME: Milliseconds = 300_000;
const LONGEST_LIFETIME: Milliseconds = 86_400_000;

/** Asks for a token with a client's credentials (RFC 6749 section 4.4). Never rejects. */
export async function fetchToken(oauth2: OAuth2, reach: TokenReach, context: ProbeContext): Promise<Token | Failure> {
  const { clock, network } = context;
  const deadline = new Deadline(clock, reach.timeout);
  const result = await exchange(tokenRequest(oauth2, reach), { network, deadline, phases: new PhaseTimer(clock) });
  deadline.clear();
  // What went wrong may name hosts, and never what was sent.
  if (result.failure !== null) return unavailable(result.failure.message);
  const answer = result.cut ? undefined : readAnswer(result.body);
  if (result.statusCode !== 200) {
    const { error } = answer ?? {};
    // RFC 6749 section 5.2; anything else may repeat what was sent.
    const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '';
    return unavailable(`the token endpoint answered ${result.statusCode}${code}`);
  }
  return readToken(answer, clock.monotonic());
}

function tokenRequest(oauth2: OAuth2, reach: TokenReach): ExchangeRequest {
  const { client_id, client_secret, scopes, params, style } = oauth2;
  const inBody = style === 'post' ? { client_id, client_secret } : {};
  const scope = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
  const form = { ...params, ...scope, ...inBody, grant_type: 'client_credentials' };
  const headers = Object.entries({
    'user-agent': USER_AGENT,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/x-www-form-urlencoded',
  }).flat();
  if (style === 'basic') headers.push('authorization', `Basic ${credentials(client_id, client_secret)}`);
  return {
    url: new URL(oauth2.token_url),
    method: 'POST',
    headers,
    body: new URLSearchParams(form).toString(),
    from: null,
    ipVersion: reach.ip_version,
    resolver: reach.resolver,
    proxy: reach.proxy,
    connectTo: null,
    // Secrets travel: whatever is said of the target's certificate, this one must be good.
    tls: reach.ca === null ? USUAL_TLS : { ...USUAL_TLS, ca: [...rootCertificates, reach.ca].join('\n') },
    httpVersion: '1.1',
    maxBody: LARGEST_ANSWER,
    keepsBody: true,
    keepsCertificates: false,
    keepsDetails: false,
    endsAtHeaders: (status) => status >= 300 && status < 400,
  };
}

/** RFC 6749 section 2.3.1: each is encoded as in a form before the two are joined. */
function credentials(id: string, secret: string): string {
  return Buffer.from(`${asInForm(id)}:${asInForm(secret)}`).toString('base64');
}

function asInForm(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

type Answer = Readonly<Record<string, unknown>>;

function readAnswer(body: readonly Buffer[]): Answer | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.concat(body).toString());
    return typeof value === 'object' && value !== null ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function readToken(answer: Answer | undefined, now: Milliseconds): Token | Failure {
  if (answer === undefined) return unavailable('the token endpoint does not answer in JSON');
  const { access_token: token, token_type: type = 'bearer', expires_in: expiresIn } = answer;
  if (typeof token !== 'string' || token === '' || /\s/.test(token) || headerValueFault(token) !== undefined) {
    return unavailable('the token endpoint gave out no usable token');
  }
  if (String(type).toLowerCase() !== 'bearer') return unavailable('the token endpoint gave out no bearer token');
  const seconds = Number(expiresIn ?? USUAL_LIFETIME / 1000);
  const lifetime = Number.isFinite(seconds) ? Math.min(seconds * 1000, LONGEST_LIFETIME) : USUAL_LIFETIME;
  return { authorization: `Bearer ${token}`, usableUntil: now + lifetime - MARGIN };
}

function unavailable(why: string): Failure {
  return failureSaying('auth_unavailable', `no token was given out: ${why}`);
}
