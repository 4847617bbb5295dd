import type { SecureContext } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { type Endpoint, endpointText, type TlsSettings } from '../core/monitor/network.ts';
import { OWN_NETWORK_POLICY, type AddressPolicy } from './address-guard.ts';
import { deferredResolver } from './deferred-resolver.ts';
import { machineNameServers } from './dns/own-servers.ts';
import { IdleClients } from './idle-clients.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { createSecureContexts } from './secure-contexts.ts';

/** The one way out of this process: everything that dials goes through it. One for the whole process. */
export interface Network {
  readonly clock: Clock;
  readonly policy: AddressPolicy;
  /** undici's Clients for requests over HTTP 1.1. */
  readonly clients: IdleClients;
  /** The name servers of this machine, or those of the settings instead; the first is asked first. */
  nameServers(): readonly Endpoint[];
  /** How names are looked up: by this machine, or by a name server of a monitor's own. */
  resolverFor(server: Endpoint | null): Resolver;
  /** The TLS settings of a connection, made at the first one: making them costs more than a whole check. */
  secureContext(settings?: TlsSettings): SecureContext;
}

/** What of the network may change while it is used. */
export interface NetworkSettings {
  readonly policy: AddressPolicy;
  /** Asked instead of the look-up of this machine; literal addresses. `null` for that look-up. */
  readonly nameServers: readonly Endpoint[] | null;
}

/** The network as its owner has it. */
export interface OwnNetwork extends Network {
  /** Takes over new settings for everything that begins from now on. */
  configure(settings: NetworkSettings): void;
}

export interface NetworkOptions extends Partial<NetworkSettings> {
  readonly clock: Clock;
  /** The look-up of this machine. */
  readonly resolver?: Resolver;
  /** Authorities to trust besides those Node brings along, as PEM. */
  readonly authorities?: readonly string[];
}

/** Name servers that monitors name are remembered up to so many. */
const MOST_RESOLVERS = 1000;

export function createNetwork(options: NetworkOptions): OwnNetwork {
  const { clock, authorities } = options;
  const ofMachine = options.resolver ?? createResolver();
  let settings: NetworkSettings = {
    policy: options.policy ?? OWN_NETWORK_POLICY,
    nameServers: options.nameServers ?? null,
  };
  const resolvers = new Map<string, Resolver>();
  const network: OwnNetwork = {
    clock,
    get policy() {
      return settings.policy;
    },
    clients: new IdleClients(),
    nameServers: () => settings.nameServers ?? machineNameServers(),
    resolverFor(server) {
      if (server === null && settings.nameServers === null) return ofMachine;
      const name = server === null ? '' : endpointText(server);
      const known = resolvers.get(name);
      if (known !== undefined) return known;
      if (resolvers.size >= MOST_RESOLVERS) resolvers.clear();
      const asking = {
        servers: server === null ? (settings.nameServers ?? []) : [server],
        network,
        ours: server === null,
      };
      const resolver = deferredResolver(async () => (await import('./dns/resolver.ts')).createDnsResolver(asking));
      resolvers.set(name, resolver);
      return resolver;
    },
    configure(next) {
      settings = next;
      resolvers.delete('');
    },
    secureContext: createSecureContexts(authorities),
  };
  return network;
}
