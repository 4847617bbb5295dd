import { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import type { TlsSettings } from '../core/monitor/network.ts';
import { certificateFailure } from './certificate.ts';
import { failureOf, timeoutFailure, type Failure } from './failure.ts';
import type { Network } from './network.ts';
import type { NetContext } from './reach.ts';

/** What is asked of a TLS handshake. */
export interface TlsRequest {
  /** The name or literal address that the certificate must be for, unless the settings name another. */
  readonly host: string;
  readonly settings: TlsSettings;
  /** The protocols offered (ALPN), the preferred one first; empty to offer none. */
  readonly alpn: readonly string[];
}

/** The options of a handshake, without where it goes. It is always finished, so that a bad certificate can be read. */
export function tlsOptions({ host, settings, alpn }: TlsRequest, network: Network) {
  const name = settings.server_name ?? host;
  return {
    secureContext: network.secureContext(settings),
    // RFC 6066 3: no literal addresses and no dot at the end.
    servername: isIP(name) === 0 ? name.replace(/\.$/, '') : '',
    ALPNProtocols: alpn.length > 0 ? [...alpn] : undefined,
    rejectUnauthorized: false,
  };
}

/**
 * Keeps Node from comparing the certificate with the host after the handshake, which {@link handshakeFailure} does. Node
 * makes objects of the whole chain for that, a fifth of the CPU time of a whole check; it does not after a resumed
 * session, of which there are none here. Were Node to stop asking, it would compare once more than needed.
 */
export function compareHostOurselves(socket: tls.TLSSocket): tls.TLSSocket {
  socket.isSessionReused = reused;
  return socket;
}

function reused(): boolean {
  return true;
}

/** Why a finished handshake is not good, or `null` when it is or when anything is. */
export function handshakeFailure(
  socket: tls.TLSSocket,
  { host, settings }: TlsRequest,
  network: Network,
): Failure | null {
  if (!settings.verify) return null;
  return certificateFailure(socket, settings.server_name ?? host, network.clock.now());
}

/**
 * Goes on over TLS on a connection that began in the clear (STARTTLS, a proxy's tunnel); the phase `tls` runs meanwhile.
 * Gives the finished socket also when its certificate is bad, with why, so that the certificate can be read. Destroys
 * nothing: that is its caller's, who also watches the deadline after this has resolved. Never rejects.
 */
export function shakeHands(
  plain: Socket,
  request: TlsRequest,
  { network, deadline, phases }: NetContext,
): Promise<{ readonly socket: tls.TLSSocket; readonly failure: Failure | null }> {
  const secureContextFirst = tlsOptions(request, network);
  phases.enter('tls');
  return new Promise((resolve) => {
    const socket = compareHostOurselves(tls.connect({ ...secureContextFirst, socket: plain, host: request.host }));
    const done = (failure: Failure | null): void => resolve({ socket, failure });
    deadline.whenOver(() => done(timeoutFailure('tls', deadline.timeout)));
    socket.on('error', (error) => done(failureOf(error, 'tls')));
    socket.on('secureConnect', () => done(handshakeFailure(socket, request, network)));
  });
}
