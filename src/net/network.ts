import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { type Endpoint, type TlsSettings, USUAL_TLS } from '../core/monitor/network.ts';
import { OWN_NETWORK_POLICY, type AddressPolicy } from './address-guard.ts';
import { machineNameServers } from './dns/own-servers.ts';
import { createResolver, type Resolver } from './resolver.ts';

/** The one way out of this process: everything that dials goes through it. One for the whole process. */
export interface Network {
  readonly clock: Clock;
  readonly policy: AddressPolicy;
  /** The name servers of this machine, or those of the settings instead; the first is asked first. */
  nameServers(): readonly Endpoint[];
  /** How names are looked up: by this machine, or by a name server of a monitor's own. */
  resolverFor(server: Endpoint | null): Resolver;
  /** The TLS settings of a connection, made at the first one: making them costs more than a whole check. */
  secureContext(settings?: TlsSettings): SecureContext;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly resolver?: Resolver;
  readonly policy?: AddressPolicy;
  /** Authorities to trust besides those Node brings along, as PEM. */
  readonly authorities?: readonly string[];
}

/** So many different TLS settings are kept ready; more only when a file has more, and then the oldest are made again. */
const MOST_CONTEXTS = 500;

export function createNetwork(options: NetworkOptions): Network {
  const { clock, authorities } = options;
  const resolver = options.resolver ?? createResolver();
  const contexts = new Map<string, SecureContext>();
  let usual: SecureContext | undefined;
  const create = (settings: TlsSettings): SecureContext => createSecureContext(contextOptions(settings, authorities));
  return {
    clock,
    policy: options.policy ?? OWN_NETWORK_POLICY,
    nameServers: machineNameServers,
    resolverFor: () => resolver,
    secureContext(settings = USUAL_TLS) {
      if (isUsual(settings)) return (usual ??= create(USUAL_TLS));
      const { min_version, max_version, ca, cert, key } = settings;
      const name = JSON.stringify([min_version, max_version, ca, cert, key]);
      const known = contexts.get(name) ?? create(settings);
      contexts.delete(name);
      contexts.set(name, known);
      for (const oldest of contexts.keys()) {
        if (contexts.size <= MOST_CONTEXTS) break;
        contexts.delete(oldest);
      }
      return known;
    },
  };
}

/** Whether settings differ from the usual ones in nothing that a secure context holds. */
function isUsual({ min_version, max_version, ca, cert, key }: TlsSettings): boolean {
  const sameVersions = min_version === USUAL_TLS.min_version && max_version === USUAL_TLS.max_version;
  return sameVersions && ca === null && cert === null && key === null;
}

function contextOptions(settings: TlsSettings, authorities: readonly string[] | undefined) {
  const { min_version, max_version, ca, cert, key } = settings;
  const old = min_version === 'TLSv1' || min_version === 'TLSv1.1';
  return {
    minVersion: min_version,
    maxVersion: max_version,
    ...(ca !== null ? { ca } : authorities !== undefined && { ca: [...rootCertificates, ...authorities] }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    // OpenSSL 3 speaks versions before 1.2 at security level 0 only.
    ...(old && { ciphers: 'DEFAULT@SECLEVEL=0' }),
  };
}
