import type { Socket } from 'node:net';
import type { CertificateName } from './certificates.ts';

/** What a misbehaving server may need to know besides the socket. */
export interface BehaviourContext {
  /** Where a redirect leads, for behaviours that lead elsewhere. */
  readonly location: string;
  /** The port the server listens on. */
  readonly port: number;
  /** Runs `step` every `everyMs` until the socket or the server closes. */
  repeat(socket: Socket, everyMs: number, step: () => void): void;
}

/** What a server does with a connection: at once (`connected`), or when a request's head has come (`requested`). */
export interface Behaviour {
  /** The certificate under ./certificates to speak TLS with; plain TCP without one. */
  readonly certificate?: CertificateName;
  /** The TLS versions the server speaks; those of Node unless given. */
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** Certificates by the name the client asks for, `*` for any other; `certificate` is for clients that name none. */
  readonly certificatesByName?: Readonly<Record<string, CertificateName>>;
  /** No certificate for a client that names no host: the handshake fails. */
  readonly needsServerName?: true;
  /** Ends handshakes of clients without a certificate signed by the test authority. */
  readonly demandsClientCertificate?: true;
  /** The protocols offered by ALPN; the extension is ignored unless given. */
  readonly alpnProtocols?: readonly string[];
  /** The client is to use https although the server does not speak TLS as it should. */
  readonly claimsTls?: true;
  connected?(socket: Socket, context: BehaviourContext): void;
  requested?(socket: Socket, context: BehaviourContext, path: string): void;
}

type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** The first line of an answer that is fine. */
export const OK = 'HTTP/1.1 200 OK\r\n';

/** An answer that is fine; its body is `ok`. */
export const FINE = `${OK}content-length: 2\r\n\r\nok`;

/** Answers a request with these bytes, then ends the connection. */
export function answers(text: string | Buffer): Behaviour {
  return { requested: (socket) => socket.end(bytes(text)) };
}

/** Answers a request with these bytes and leaves the connection open. */
export function answersAndStays(text: string | Buffer): Behaviour {
  return { requested: (socket) => socket.write(bytes(text)) };
}

/** Writes pieces as fast as the client takes them; ends the connection after the last. */
export function pour(socket: Socket, pieces: Iterator<Buffer>): void {
  const more = (): void => {
    while (!socket.destroyed) {
      const { done, value } = pieces.next();
      if (done === true) return void socket.end();
      if (!socket.write(value)) return void socket.once('drain', more);
    }
  };
  more();
}

function bytes(text: string | Buffer): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
}
