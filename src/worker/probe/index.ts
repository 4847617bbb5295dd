import type { Monitor, ProbedMonitor } from '../../core/monitor/monitor.ts';
import type { Outcome } from '../../core/outcome.ts';
import { createNetwork } from '../../net/network.ts';
import { ContentJudge } from './http/content-judge.ts';
import { probeHttp } from './http.ts';
import type { CheckOptions, Probe, ProbeContext, ProbeDeps } from './probe.ts';

type Probes = { readonly [type in ProbedMonitor['type']]: Probe<Extract<Monitor, { type: type }>> };

/** The probe of each type of monitor that is probed. A type without one does not compile. */
function createProbes(): Probes {
  return {
    http: probeHttp,
    tcp: loaded(async () => (await import('./tcp.ts')).probeTcp),
    tls: loaded(async () => (await import('./tls.ts')).probeTls),
    dns: loaded(async () => (await import('./dns.ts')).probeDns),
    ping: loaded(async () => (await import('./ping.ts')).createPingProbe()),
    websocket: loaded(async () => (await import('./websocket.ts')).probeWebsocket),
  };
}

/** A probe that is loaded when it is first needed, before its time begins: most processes need few of them. */
function loaded<M extends ProbedMonitor>(load: () => Promise<Probe<M>>): Probe<M> {
  let loading: Promise<Probe<M>> | undefined;
  return async (monitor, context) => {
    loading ??= load();
    return (await loading)(monitor, context);
  };
}

/** Probes one monitor by its type. Rejects only on a bug of ours, which its caller turns into `internal_error`. */
export type ProbeMonitor = (monitor: ProbedMonitor, options?: Partial<CheckOptions>) => Promise<Outcome>;

/** Opens the probes on one network for the whole process; a network of its own unless one is given. */
export function openProbes(deps: Pick<ProbeDeps, 'clock'> & Partial<ProbeDeps>): ProbeMonitor {
  const { clock, network = createNetwork({ clock }), tokens = new Map(), contents = new ContentJudge() } = deps;
  const probes = createProbes();
  return (monitor, { traceId = null, evidence = false } = {}) => {
    const probe = probes[monitor.type] as (monitor: ProbedMonitor, context: ProbeContext) => Promise<Outcome>;
    return probe(monitor, { clock, network, tokens, contents, traceId, evidence });
  };
}
