import type { Auth } from '../../core/monitor/http-request.ts';
import type { Proxy, TlsSettings } from '../../core/monitor/network.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { NetContext } from '../../net/reach.ts';
import { accessFor, type TokenReach } from './authorization.ts';
import { observe, type ProbeContext, type Seen, type Timed } from './probe.ts';

/** A monitor that may prove who it is. */
type WithAuth = Timed &
  Omit<TokenReach, 'proxy' | 'ca'> & {
    readonly auth: Auth | null;
    readonly proxy?: Proxy | null;
    readonly tls: TlsSettings;
  };

/** Looks at the target with the value of the Authorization header; `null` for none. */
type Look = (net: NetContext, authorization: string | null) => Promise<Seen>;

const UNAUTHORIZED = 401;

/** As {@link observe}, with what the monitor proves itself with. */
export function observeWithAccess(monitor: WithAuth, context: ProbeContext, look: Look): Promise<Outcome> {
  const { auth } = monitor;
  return auth === null ? observe(monitor, context, (net) => look(net, null)) : lookTwice(auth, monitor, context, look);
}

/** Looks once more with a new token when the target no longer takes one that was kept. */
async function lookTwice(auth: Auth, monitor: WithAuth, context: ProbeContext, look: Look): Promise<Outcome> {
  const reach: TokenReach = { ...monitor, proxy: monitor.proxy ?? null, ca: monitor.tls.ca };
  for (let isFirst = true; ; isFirst = false) {
    const access = await accessFor(auth, reach, context);
    if ('reason' in access) {
      const nothingSeen = { failure: access, findings: [], address: null, attempts: [] };
      return observe(monitor, context, () => Promise.resolve(nothingSeen));
    }
    const seen = await observe(monitor, context, (net) => look(net, access.authorization));
    const outcome = 'oauth2' in auth ? await withoutToken(seen, access.authorization) : seen;
    if (outcome.statusCode !== UNAUTHORIZED) return outcome;
    access.forget();
    if (!access.wasKnown || !isFirst) return outcome;
  }
}

/** A target may send back what it was sent, and nobody after us knows this token. */
async function withoutToken(outcome: Outcome, authorization: string): Promise<Outcome> {
  if (outcome.message === null && outcome.evidence === null) return outcome;
  const { redactOutcome } = await import('../../core/redact-outcome.ts');
  const { Redactor } = await import('../../core/redactor.ts');
  return redactOutcome(outcome, new Redactor([authorization.replace(/^\S+ /, '')]).redact);
}
