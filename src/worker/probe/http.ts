import type { HttpMonitor } from '../../core/monitor/http.ts';
import type { Outcome } from '../../core/outcome.ts';
import { follow } from './http/follow.ts';
import { observeWithAccess } from './observe-with-access.ts';
import type { ProbeContext } from './probe.ts';

/**
 * Probes an HTTP target: a fresh connection for each request, redirects followed by hand, every address vetted, all
 * within one deadline. Up when the final answer came whole and is as expected.
 */
export function probeHttp(monitor: HttpMonitor, context: ProbeContext): Promise<Outcome> {
  return observeWithAccess(monitor, context, (net, authorization) => follow(monitor, context, net, authorization));
}
