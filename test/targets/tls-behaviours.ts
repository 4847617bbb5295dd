/** Servers of TLS: most have a certificate or a version at fault, some never speak it. */
import { answers, FINE, type Behaviour } from './behaviour.ts';
import type { CertificateName } from './certificates.ts';

function serves(certificate: CertificateName, options: Omit<Behaviour, 'certificate'> = {}): Behaviour {
  return { ...answers(FINE), certificate, ...options };
}

export const TLS_BEHAVIOURS = {
  'tls-ok': serves('good'),
  'tls-self-signed': serves('self-signed'),
  'tls-wrong-host': serves('wrong-host'),
  'tls-expired': serves('expired'),
  'tls-not-yet-valid': serves('not-yet-valid'),
  'tls-missing-intermediate': serves('missing-intermediate'),
  'tls-full-chain': serves('full-chain'),
  'tls-giant-chain': serves('giant-chain'),
  'tls-hostile-name': serves('hostile-name'),
  'tls-weak-key': serves('weak', { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
  'tls-old-version': serves('good', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }),
  'tls-1.0-only': serves('good', { minVersion: 'TLSv1', maxVersion: 'TLSv1' }),
  'tls-1.1-only': serves('good', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }),
  'tls-1.2-only': serves('good', { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
  'tls-1.3-only': serves('good', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }),
  /** `localhost` gets the good certificate, every other name and none at all that of other.example. */
  'tls-by-name': serves('wrong-host', { certificatesByName: { localhost: 'good', '*': 'wrong-host' } }),
  /** As `tls-by-name`, but the handshake fails for a client that names no host, or an unknown one. */
  'tls-name-needed': serves('good', {
    needsServerName: true,
    certificatesByName: { localhost: 'good', 'other.example': 'wrong-host' },
  }),
  'tls-client-certificate': serves('good', { demandsClientCertificate: true }),
  /** With TLS 1.2 the refusal of a client without certificate is part of the handshake; with 1.3 it comes after. */
  'tls-1.2-client-certificate': serves('good', { demandsClientCertificate: true, maxVersion: 'TLSv1.2' }),
  'tls-alpn-http1': serves('good', { alpnProtocols: ['http/1.1'] }),
  /** Offers a protocol nobody asks for: a client that sends ALPN gets an alert. */
  'tls-alpn-mismatch': serves('good', { alpnProtocols: ['spdy/1'] }),
  'tls-stall': { claimsTls: true, connected: () => undefined },
  'tls-stall-after-hello': {
    claimsTls: true,
    connected: (socket) => socket.once('data', () => socket.write('\x16\x03\x03')),
  },
  'tls-garbage': { claimsTls: true, connected: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
  'tls-plain-http': {
    claimsTls: true,
    connected: (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')),
  },
  'tls-noise': {
    claimsTls: true,
    connected: (socket) => socket.once('data', () => socket.end(Buffer.from('5a00ff17deadbeef0180807f', 'hex'))),
  },
  /** The alert `handshake_failure`, as a record. */
  'tls-alert': {
    claimsTls: true,
    connected: (socket) => socket.once('data', () => socket.end(Buffer.from('15030300020228', 'hex'))),
  },
  'tls-closes': { claimsTls: true, connected: (socket) => socket.end() },
  'tls-resets': { claimsTls: true, connected: (socket) => socket.once('data', () => socket.resetAndDestroy()) },
  'tls-never-answers': { certificate: 'good', requested: () => undefined },
} as const satisfies Record<string, Behaviour>;
