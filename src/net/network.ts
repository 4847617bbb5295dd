import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { OWN_NETWORK_POLICY, type AddressPolicy } from './address-guard.ts';
import { createResolver, type Resolver } from './resolver.ts';

/** The one way out of this process: everything that dials goes through it. One for the whole process. */
export interface Network {
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly policy: AddressPolicy;
  /** The TLS settings of every connection, made at the first one: making them costs more than a whole check. */
  secureContext(): SecureContext;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly resolver?: Resolver;
  readonly policy?: AddressPolicy;
  /** Authorities to trust besides those Node brings along, as PEM. */
  readonly authorities?: readonly string[];
}

export function createNetwork(options: NetworkOptions): Network {
  const { clock, authorities } = options;
  let context: SecureContext | undefined;
  return {
    clock,
    resolver: options.resolver ?? createResolver(),
    policy: options.policy ?? OWN_NETWORK_POLICY,
    secureContext() {
      context ??= createSecureContext(authorities === undefined ? {} : { ca: [...rootCertificates, ...authorities] });
      return context;
    },
  };
}
