import type { Monitor } from '../../core/monitor.ts';
import type { Outcome } from '../../core/outcome.ts';
import { createNetwork } from '../../net/network.ts';
import { probeHttp } from './http.ts';
import type { Probe, ProbeDeps } from './probe.ts';

/** The probe of each type of monitor. A type without one does not compile. */
const probes = { http: probeHttp } satisfies { [type in Monitor['type']]: Probe<Extract<Monitor, { type: type }>> };

/** Probes one monitor by its type. Rejects only on a bug of ours, which its caller turns into `internal_error`. */
export type ProbeMonitor = (monitor: Monitor) => Promise<Outcome>;

/** Opens the probes on one network for the whole process; a network of its own unless one is given. */
export function openProbes(deps: Pick<ProbeDeps, 'clock'> & Partial<ProbeDeps>): ProbeMonitor {
  const { clock, network = createNetwork({ clock }) } = deps;
  return (monitor) => probes[monitor.type](monitor, { clock, network });
}
