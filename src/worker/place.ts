import { isIP } from 'node:net';
import { hostOf } from '../core/monitor/kinds.ts';
import type { ProbedMonitor } from '../core/monitor/monitor.ts';
import type { Endpoint } from '../core/monitor/network.ts';
import type { Outcome } from '../core/outcome.ts';
import { classifyAddress, isLoopback } from '../net/address-guard.ts';

/** Where a target is, as seen from here: on this machine, in a network of one's own, or out in the world. */
export type Place = 'here' | 'inside' | 'outside';

/** Where a host is, by its address, or by its name where it has none: names lead into the world, but for those of this machine. */
export function placeOf(host: string): Place {
  if (isIP(host) === 0) return /(?:^|\.)localhost\.?$/i.test(host) ? 'here' : 'outside';
  if (isLoopback(host)) return 'here';
  return classifyAddress(host) === 'public' ? 'outside' : 'inside';
}

/** The host that a check dialled or would have: its address when there is one. */
export function dialledHost(monitor: ProbedMonitor, { address }: Outcome): string {
  return address === null ? (hostOf(monitor) ?? '').replace(/^\[|\]$/g, '') : (endpointOf(address)?.host ?? address);
}

/** The endpoint of `192.0.2.1:443` or `[2001:db8::1]:443`; `undefined` where no port is said. */
export function endpointOf(address: string): Endpoint | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(address);
  const host = parts?.[1] ?? parts?.[2];
  return host === undefined ? undefined : { host, port: Number(parts?.[3]) };
}
