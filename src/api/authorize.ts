import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { TroubleDeps } from './trouble-deps.ts';

/** What says who asks, and from where. */
export type Caller = Pick<FastifyRequest, 'headers'> & { readonly ip: string };

/** Headers that a proxy adds; whoever comes through one is not known to be of this machine. */
const FORWARDED =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|cdn-loop)$/;

/** Who may act. */
type Guard = Pick<TroubleDeps, 'apiToken' | 'behindProxy'>;

const BEHIND_PROXY =
  'server.public_url leads here through another server, so without server.api_token nobody may change anything';
const LOCAL_HINT = 'Set server.api_token in the configuration of the server, and send it as a bearer token.';

/**
 * Lets a request change something, or throws. With a token (`server.api_token`) every request has to carry it, from
 * wherever it comes. Without one only programs of this very machine may: the connection comes from a loopback address and
 * through no proxy, the host that is asked for is one of this machine (a name that was bound anew to 127.0.0.1 is not), and
 * no page of another site had a browser send it. Where `server.public_url` tells of a proxy nobody may: one on this machine
 * that says nothing looks like a program of it. Throws `not_authorised`, `not_allowed`.
 */
export function authorize(caller: Caller, { apiToken: token, behindProxy }: Guard): void {
  if (token !== null) {
    if (!sameText(bearerOf(caller), token)) {
      throw new AppError('not_authorised', 'this needs the token of this server as a bearer token', {
        hint: 'longwatch reads it from LONGWATCH_API_TOKEN, or as server.api_token from the configuration.',
      });
    }
    return;
  }
  const fault = behindProxy() ? BEHIND_PROXY : foreignness(caller);
  if (fault !== undefined) throw new AppError('not_allowed', fault, { hint: LOCAL_HINT });
}

/** A hook that asks {@link authorize} before the body is read. */
export function authorizing(guard: Guard): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    if (guard.apiToken !== null) reply.header('www-authenticate', 'Bearer');
    authorize(request, guard);
    reply.removeHeader('www-authenticate');
  };
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function sameText(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}

function bearerOf({ headers }: Caller): string {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

function foreignness({ ip, headers }: Caller): string | undefined {
  if (!isLoopback(ip)) return 'without server.api_token only programs of the same machine may change anything';
  const proxied = Object.keys(headers).find((name) => FORWARDED.test(name));
  if (proxied !== undefined) return `without server.api_token nothing is taken through a proxy (${proxied})`;
  const host = hostnameOf(headers.host ?? '');
  if (host === undefined || !isLoopbackName(host)) {
    return 'without server.api_token the host that is asked for has to be one of this machine, such as 127.0.0.1';
  }
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const own = origin === undefined || origin === `http://${headers.host}`;
  if (!own || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    return 'without server.api_token nothing is taken from pages of other sites';
  }
  return undefined;
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(address);
}

/** The host of a header `Host`, without its port. */
function hostnameOf(host: string): string | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.test(host)) return undefined;
  return host.replace(/:\d{1,5}$/, '').toLowerCase();
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
