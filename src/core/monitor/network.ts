import { isIP } from 'node:net';

/** A server to be reached over the network. */
export interface Endpoint {
  /** A name or a literal address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A host with a port of its own, or `null` for the port that is usual where it stands. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number | null;
}

/** Which addresses of a name may be used. */
export type IpVersion = 4 | 6 | 'any';

/** Versions of TLS, the oldest first. */
export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** How a target is spoken to over TLS. Texts are PEM. */
export interface TlsSettings {
  /** `false` takes any certificate; it is read and kept all the same. */
  readonly verify: boolean;
  readonly min_version: TlsVersion;
  readonly max_version: TlsVersion;
  /** Authorities to trust instead of those Node brings along. */
  readonly ca: string | null;
  /** The name that is asked for and verified, when it is not that of the target. */
  readonly server_name: string | null;
  /** The certificate we show when we are asked for one, with its chain. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** A forward proxy. */
export interface Proxy {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
}

/** The TLS settings of a monitor that sets none. */
export const USUAL_TLS: TlsSettings = {
  verify: true,
  min_version: 'TLSv1.2',
  max_version: 'TLSv1.3',
  ca: null,
  server_name: null,
  cert: null,
  key: null,
};

/** `host:port`, or the host alone when the port is the usual one. */
export function endpointText({ host, port }: Endpoint, usual?: number): string {
  if (port === usual) return host;
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
