import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { type TlsSettings, USUAL_TLS } from '../core/monitor/network.ts';

/** So many different TLS settings are kept ready; more only when a file has more, and then the oldest are made again. */
const MOST_CONTEXTS = 500;

/** Gives the secure context of TLS settings, made at the first use. `authorities`: PEM, trusted besides those of Node. */
export function createSecureContexts(
  authorities: readonly string[] | undefined,
): (settings?: TlsSettings) => SecureContext {
  const contexts = new Map<string, SecureContext>();
  let usual: SecureContext | undefined;
  const create = (settings: TlsSettings): SecureContext => createSecureContext(contextOptions(settings, authorities));
  return (settings = USUAL_TLS) => {
    if (isUsual(settings)) return (usual ??= create(USUAL_TLS));
    const { min_version, max_version, ca, cert, key } = settings;
    const name = JSON.stringify([min_version, max_version, ca, cert, key]);
    const known = contexts.get(name) ?? create(settings);
    contexts.delete(name);
    contexts.set(name, known);
    for (const oldest of contexts.keys()) {
      if (contexts.size <= MOST_CONTEXTS) break;
      contexts.delete(oldest);
    }
    return known;
  };
}

/** Whether settings differ from the usual ones in nothing that a secure context holds. */
function isUsual({ min_version, max_version, ca, cert, key }: TlsSettings): boolean {
  const sameVersions = min_version === USUAL_TLS.min_version && max_version === USUAL_TLS.max_version;
  return sameVersions && ca === null && cert === null && key === null;
}

function contextOptions(settings: TlsSettings, authorities: readonly string[] | undefined) {
  const { min_version, max_version, ca, cert, key } = settings;
  const old = min_version === 'TLSv1' || min_version === 'TLSv1.1';
  return {
    minVersion: min_version,
    maxVersion: max_version,
    ...(ca !== null ? { ca } : authorities !== undefined && { ca: [...rootCertificates, ...authorities] }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    // OpenSSL 3 speaks versions before 1.2 at security level 0 only.
    ...(old && { ciphers: 'DEFAULT@SECLEVEL=0' }),
  };
}
