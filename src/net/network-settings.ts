import type { Endpoint } from '../core/monitor/network.ts';
import type { AddressPolicy } from './address-guard.ts';
import type { NetworkSettings } from './network.ts';

/** What a file says about the network. */
interface NetworkOfFile extends Pick<AddressPolicy, 'deny' | 'allow'> {
  readonly allow_private: boolean | null;
  readonly resolver: readonly Endpoint[] | null;
}

/** The network for the monitors of a file: whoever writes it may reach the own network anyway, so they may unless it says otherwise. */
export function networkOfFile({ allow_private, deny, allow, resolver }: NetworkOfFile): NetworkSettings {
  return { policy: { allowPrivate: allow_private ?? true, deny, allow }, nameServers: resolver };
}
