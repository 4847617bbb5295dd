import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { addressBytes } from '../../core/address-range.ts';
import type { Endpoint } from '../../core/monitor/network.ts';
import type { Network } from '../network.ts';

const DNS_PORT = 53;

/** The name servers of this machine (of /etc/resolv.conf), in its order. */
export function machineNameServers(): readonly Endpoint[] {
  return getServers().map(readServer);
}

/** Node writes a port only when it is not 53, and then IPv6 in brackets. */
function readServer(text: string): Endpoint {
  if (isIP(text) !== 0) return { host: text, port: DNS_PORT };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
}

/**
 * The network as it is used to ask a name server of our own, which whoever runs this machine has named: where it lies is
 * no matter of the policy for targets. In clouds it is a link-local address.
 */
export function towardsOwnServer(network: Network, { host }: Endpoint): Network {
  const bytes = addressBytes(host.replace(/%.*$/, '')) ?? [];
  const allow = [{ bytes, bits: bytes.length * 8, port: null }];
  return { ...network, policy: { allowPrivate: true, deny: [], allow } };
}
