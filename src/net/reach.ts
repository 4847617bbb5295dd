import { isIP } from 'node:net';
import type { Endpoint, IpVersion } from '../core/monitor/network.ts';
import { errorCode, toError } from '../core/errors.ts';
import { type AddressClass, classifyAddress, refusalOf, worst } from './address-guard.ts';
import type { Deadline } from './deadline.ts';
import { failure, failureOf, timeoutFailure, type Failure } from './failure.ts';
import type { Network } from './network.ts';
import type { PhaseTimer } from './phase-timer.ts';
import { LookupError, type Lookup, type ResolvedAddress } from './resolver.ts';

/** Whom to reach, and how its addresses are found. */
export interface Reach {
  /** A name or a literal address, IPv6 without brackets. */
  readonly host: string;
  readonly ipVersion: IpVersion;
  /** The name server to ask; `null` for the look-up of this machine. */
  readonly resolver: Endpoint | null;
  /** The class of the address that a redirect came from, else `null`. */
  readonly from: AddressClass | null;
  /** What is to be reached there; left out where there are no ports. */
  readonly port?: number;
}

/** What everything that one probe does on the network shares. */
export interface NetContext {
  readonly network: Network;
  readonly deadline: Deadline;
  readonly phases: PhaseTimer;
}

/** Addresses that may be dialled, in order. */
export interface Vetted {
  readonly addresses: readonly ResolvedAddress[];
  /** The worst class of them. */
  readonly addressClass: AddressClass;
}

/** Vets every address: one that is refused condemns the name, also when it would not be used. */
export function vet(addresses: readonly ResolvedAddress[], reach: Reach, { policy }: Network): Vetted | Failure {
  const errand = { from: reach.from, port: reach.port ?? null };
  for (const { address } of addresses) {
    const refusal = refusalOf(address, policy, errand);
    if (refusal !== null) return failure('blocked', refusal);
  }
  const { ipVersion } = reach;
  const usable = ipVersion === 'any' ? addresses : addresses.filter(({ family }) => family === ipVersion);
  if (usable.length === 0) return failure('dns_no_address', ipVersion === 'any' ? undefined : `no IPv${ipVersion}`);
  return { addresses: usable, addressClass: worst(usable.map(({ address }) => classifyAddress(address))) };
}

/** The literal address a host is, as what a look-up would say; `undefined` for a name. */
export function literal(host: string): readonly ResolvedAddress[] | undefined {
  const family = isIP(host);
  return family === 0 ? undefined : [{ address: host, family }];
}

/** Begins to look up the name of a host. */
export function lookUp({ host, resolver, ipVersion }: Reach, { network, deadline }: NetContext): Lookup {
  return network.resolverFor(resolver).resolve(host, { ipVersion, within: deadline.remaining() });
}

/** Why a look-up failed. A name server of ours that gives no answers is not the target's fault. */
export function lookupFailure(error: Error, lookup: Lookup | null): Failure {
  const found = error instanceof LookupError ? error.failure : failureOf(error, 'dns');
  const ours = found.reason === 'dns_failure' && lookup?.lookupsWork === false;
  return ours ? failure('dns_unavailable', errorCode(error)) : found;
}

/** What it means that the deadline passed while a name was looked up. */
export function lookupTimeout(lookup: Lookup | null, deadline: Deadline): Failure {
  if (lookup?.lookupsWork === false) return failure('dns_unavailable', 'no answer');
  return timeoutFailure('dns', deadline.timeout);
}

/**
 * Resolves and vets a host for those that do not dial TCP; the phase `dns` runs meanwhile, for a name. Gives up at the
 * deadline, whose `whenOver` it uses until then. Never rejects.
 */
export function resolveVetted(reach: Reach, context: NetContext): Promise<Vetted | Failure> {
  const { network, deadline, phases } = context;
  const known = literal(reach.host);
  if (known !== undefined) return Promise.resolve(vet(known, reach, network));
  phases.enter('dns');
  const lookup = lookUp(reach, context);
  return new Promise((resolve) => {
    deadline.whenOver(() => resolve(lookupTimeout(lookup, deadline)));
    lookup.addresses.then(
      (addresses) => resolve(vet(addresses, reach, network)),
      (thrown: unknown) => resolve(lookupFailure(toError(thrown), lookup)),
    );
  });
}
