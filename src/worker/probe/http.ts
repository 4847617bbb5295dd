import type { HttpMonitor } from '../../core/monitor/http.ts';
import type { Outcome } from '../../core/outcome.ts';
import { accessFor, type TokenReach } from './authorization.ts';
import { follow, nothingAsked } from './http/follow.ts';
import { observe, type ProbeContext } from './probe.ts';

const UNAUTHORIZED = 401;

/**
 * Probes an HTTP target: a fresh connection for each request, redirects followed by hand, every address vetted, all
 * within one deadline. Up when the final answer came whole and is as expected.
 */
export function probeHttp(monitor: HttpMonitor, context: ProbeContext): Promise<Outcome> {
  return monitor.auth === null ? look(monitor, context, null) : lookWithAccess(monitor, context, monitor.auth);
}

function look(monitor: HttpMonitor, context: ProbeContext, authorization: string | null): Promise<Outcome> {
  return observe(monitor, context, (net) => follow(monitor, context, net, authorization));
}

/** Repeats the check once with a new token when the target no longer takes one that was kept. */
async function lookWithAccess(
  monitor: HttpMonitor,
  context: ProbeContext,
  auth: NonNullable<HttpMonitor['auth']>,
): Promise<Outcome> {
  const reach: TokenReach = { ...monitor, ca: monitor.tls.ca };
  for (let isFirst = true; ; isFirst = false) {
    const access = await accessFor(auth, reach, context);
    if ('reason' in access) return observe(monitor, context, () => Promise.resolve(nothingAsked(access)));
    const outcome = await look(monitor, context, access.authorization);
    if (outcome.statusCode !== UNAUTHORIZED) return outcome;
    access.forget();
    if (!access.wasKnown || !isFirst) return outcome;
  }
}
