import type { Network } from '../net/network.ts';
import type { Outbound } from './contract.ts';
import { httpPost } from './http-post.ts';
import { connectToService } from './vetted-connection.ts';

/** The ways out for channels, over the one network of this process. */
export function createOutbound(network: Network): Outbound {
  return {
    clock: network.clock,
    post: (request, signal) => httpPost(network, request, signal),
    connect: (address, signal) => connectToService(network, address, signal),
    secureContext: (settings) => network.secureContext(settings),
  };
}
