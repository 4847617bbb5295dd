import { DNS } from './dns.ts';
import { HTTP } from './http.ts';
import type { MonitorKind } from './kind.ts';
import type { Monitor, MonitorType } from './monitor.ts';
import { PING } from './ping.ts';
import { PUSH } from './push.ts';
import { TCP } from './tcp.ts';
import { TLS } from './tls.ts';
import { WEBSOCKET } from './websocket.ts';

/** Every type of monitor. A type of {@link Monitor} that is not here does not compile. */
export const MONITOR_KINDS: { readonly [type in MonitorType]: MonitorKind<Extract<Monitor, { type: type }>> } = {
  http: HTTP,
  tcp: TCP,
  tls: TLS,
  dns: DNS,
  ping: PING,
  websocket: WEBSOCKET,
  push: PUSH,
};

export const MONITOR_TYPES = Object.keys(MONITOR_KINDS) as readonly MonitorType[];

/** The kind of a monitor, as what any monitor can be asked. */
export function kindOf(type: MonitorType): MonitorKind<Monitor> {
  return MONITOR_KINDS[type] as MonitorKind<Monitor>;
}

/** What a monitor watches as one address that may be shown: no credentials, no values of a query. */
export function targetOf(monitor: Monitor): string {
  return kindOf(monitor.type).target(monitor);
}

/** Whose limit `worker.per_host` counts. */
export function hostOf(monitor: Monitor): string | null {
  return kindOf(monitor.type).host(monitor);
}
