import type { DnsMonitor } from './dns.ts';
import type { HttpMonitor } from './http.ts';
import type { PingMonitor } from './ping.ts';
import type { PushMonitor } from './push.ts';
import type { TcpMonitor } from './tcp.ts';
import type { TlsMonitor } from './tls.ts';
import type { WebsocketMonitor } from './websocket.ts';

/**
 * What a user wants watched, with every default filled in. The keys are those of longwatch.yaml and of the API;
 * durations are milliseconds. Each type has a file of its own with its interface and its zod schema.
 */
export type Monitor = HttpMonitor | TcpMonitor | TlsMonitor | DnsMonitor | PingMonitor | WebsocketMonitor | PushMonitor;

export type MonitorType = Monitor['type'];

/** A monitor that a worker probes; the others report by themselves. */
export type ProbedMonitor = Exclude<Monitor, PushMonitor>;

export function isProbed(monitor: Monitor): monitor is ProbedMonitor {
  return monitor.type !== 'push';
}

/** A fingerprint of a monitor's whole definition: it changes whenever anything in it does. */
export type MonitorVersion = string;

/** Whether a monitor's job reports by itself. */
export function isPush(monitor: Monitor): monitor is PushMonitor {
  return monitor.type === 'push';
}
