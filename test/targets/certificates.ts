import { readFileSync } from 'node:fs';

/** The server certificates of ./certificates; make.sh there says what each is. `giant-chain` is 100 KB and more of intermediates. */
export type CertificateName =
  | 'good'
  | 'self-signed'
  | 'wrong-host'
  | 'expired'
  | 'not-yet-valid'
  | 'hostile-name'
  | 'missing-intermediate'
  | 'full-chain'
  | 'giant-chain'
  | 'weak';

/** A certificate, with the chain that is served behind it, and its key, as PEM. */
export interface CertificateWithKey {
  readonly cert: string;
  readonly key: string;
}

/** The authority that signed the certificates of the TLS targets, as PEM. */
export const TEST_AUTHORITY = pem('authority');

/** The certificate and key a client shows to `tls-client-certificate` and to web servers that ask for one. */
export const TEST_CLIENT: CertificateWithKey = { cert: pem('client'), key: pem('client-key') };

/** A client certificate that no server of ours trusts. */
export const TEST_CLIENT_STRANGER: CertificateWithKey = { cert: pem('client-stranger'), key: pem('client-key') };

/** A certificate of ./certificates with its key. */
export function testCertificate(name: CertificateName): CertificateWithKey {
  const key = pem(name === 'weak' ? 'weak-key' : 'key');
  if (name === 'missing-intermediate') return { cert: pem('chained'), key };
  if (name === 'full-chain') return { cert: pem('chained') + pem('intermediate'), key };
  if (name === 'giant-chain') return { cert: pem('chained') + pem('intermediate').repeat(400), key };
  return { cert: pem(name), key };
}

function pem(name: string): string {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
}
