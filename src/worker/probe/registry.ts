import type { Monitor } from '../../core/monitor.ts';
import type { Outcome } from '../../core/outcome.ts';
import { probeHttp } from './http.ts';
import type { Probe, ProbeDeps } from './probe.ts';

/** The probe of each type of monitor. A type without one does not compile. */
const probes = { http: probeHttp } satisfies { [type in Monitor['type']]: Probe<Extract<Monitor, { type: type }>> };

/** Probes one monitor by its type. Rejects only on a bug of ours. */
export function probeMonitor(monitor: Monitor, deps: ProbeDeps): Promise<Outcome> {
  return probes[monitor.type](monitor, deps);
}
