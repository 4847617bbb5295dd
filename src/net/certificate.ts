import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, type DetailedPeerCertificate, type PeerCertificate, type TLSSocket } from 'node:tls';
import { errorCode } from '../core/errors.ts';
import type { Certificate } from '../core/evidence.ts';
import { failureSaying, shortMessage, type Failure } from './failure.ts';

/** A chain is never longer than this in earnest; a server may send what it likes. */
const LONGEST_CHAIN = 10;

const STRICTLY_BY_NAMES = { subject: 'never', partialWildcards: false } as const;

/**
 * Certificates that were taken off their sockets: `getPeerX509Certificate` of Node 20 removes what it gives from the chain
 * of its connection, and after that the socket has nothing right to say about it.
 */
const taken = new WeakMap<TLSSocket, X509Certificate>();

/** Chains that were described already, by the fingerprints of their certificates: describing takes longer than looking. */
const described = new Map<string, readonly Certificate[]>();
const MOST_DESCRIBED = 1000;

/** Reads the chain the other side showed, its own certificate first; empty when it showed none. */
export function readCertificates(socket: TLSSocket): readonly Certificate[] {
  const own = taken.get(socket);
  if (own !== undefined) return describeChain(own);
  const chain: Certificate[] = [];
  let peer: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (peer?.valid_to !== undefined && chain.length < LONGEST_CHAIN) {
    const certificate = describe(peer);
    // The last one names itself as its issuer.
    if (certificate.fingerprint === chain.at(-1)?.fingerprint) break;
    chain.push(certificate);
    peer = peer.issuerCertificate;
  }
  return chain;
}

function describeChain(own: X509Certificate): readonly Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next: X509Certificate | undefined = own; next !== undefined; next = next.issuerCertificate) {
    if (chain.length === LONGEST_CHAIN) break;
    chain.push(next);
  }
  const key = chain.map(({ fingerprint256 }) => fingerprint256).join(' ');
  let known = described.get(key);
  if (known === undefined) {
    known = chain.map((certificate) => describe(certificate.toLegacyObject()));
    if (described.size >= MOST_DESCRIBED) described.clear();
    described.set(key, known);
  }
  return known;
}

/** Reads the certificate of the other side alone; `null` when it showed none. */
export function readCertificate(socket: TLSSocket): Certificate | null {
  const peer: Partial<PeerCertificate> = peerOf(socket);
  return peer.valid_to === undefined ? null : describe(peer);
}

/** The certificate of the other side as Node's own comparison wants it. */
function peerOf(socket: TLSSocket): PeerCertificate {
  return taken.get(socket)?.toLegacyObject() ?? socket.getPeerCertificate();
}

function describe(peer: Partial<PeerCertificate>): Certificate {
  return {
    subject: commonName(peer.subject),
    issuer: commonName(peer.issuer),
    names: shortMessage(peer.subjectaltname ?? ''),
    validFrom: Date.parse(peer.valid_from ?? ''),
    validTo: Date.parse(peer.valid_to ?? ''),
    fingerprint: peer.fingerprint256 ?? '',
  };
}

/** Why the certificate of a finished handshake is not good, or `null` when it is. `now`: wall clock, ms. */
export function certificateFailure(socket: TLSSocket, host: string, now: number): Failure | null {
  // A string in truth, whatever the type says.
  const code = socket.authorized ? hostErrorCode(socket, host) : String(socket.authorizationError);
  if (code === null) return null;
  const certificate = readCertificate(socket);
  const names = certificate?.names === '' ? certificate.subject : (certificate?.names.replaceAll('DNS:', '') ?? '?');
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return failureSaying('tls_expired', expired(host, certificate?.validTo ?? 0, now));
    case 'CERT_NOT_YET_VALID':
      return failureSaying(
        'tls_not_yet_valid',
        `the certificate of ${host} is valid only from ${day(certificate?.validFrom)}`,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return failureSaying('tls_wrong_host', `the certificate is not for ${host} but for ${names}`);
    default:
      return failureSaying('tls_untrusted', `the certificate of ${host} is not trusted (${code})`);
  }
}

/**
 * Why a trusted certificate is not for the host, or `null` when it is. OpenSSL compares first, by stricter rules than
 * Node's (no common name, no `a*.example`) and without making objects of the whole chain; what it refuses, Node judges.
 */
function hostErrorCode(socket: TLSSocket, host: string): string | null {
  const name = host.replace(/\.$/, '');
  const certificate = socket.getPeerX509Certificate();
  if (certificate !== undefined) taken.set(socket, certificate);
  const isFor = isIP(name) === 0 ? certificate?.checkHost(name, STRICTLY_BY_NAMES) : certificate?.checkIP(name);
  if (isFor !== undefined) return null;
  const error = checkServerIdentity(host, peerOf(socket));
  return error === undefined ? null : (errorCode(error) ?? error.message);
}

/** The chain is as good as its worst certificate, which need not be that of the host. */
function expired(host: string, validTo: number, now: number): string {
  if (validTo > now) return `a certificate above that of ${host} has expired`;
  return `the certificate of ${host} expired on ${day(validTo)}`;
}

function day(time: number | undefined): string {
  return time === undefined || Number.isNaN(time) ? 'an unknown day' : new Date(time).toISOString().slice(0, 10);
}

/** Node types each name as one text; a certificate may carry several. */
function commonName(name: { readonly CN?: string | string[]; readonly O?: string | string[] } | undefined): string {
  return shortMessage([name?.CN ?? name?.O ?? ''].flat().join(', '));
}
