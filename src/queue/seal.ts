import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Seals text under a secret, so that who can read it elsewhere learns nothing and who changes it is found out. */
export interface Seal {
  /** AES-256-GCM with a random 96-bit nonce; `context` is authenticated with it and must be given again to open. */
  seal(text: string, context: string): string;
  /** The text, or `undefined` when it was not sealed under this secret and context. */
  open(sealed: string, context: string): string | undefined;
  /** A fingerprint of `text` that says nothing about it to those without the secret. */
  fingerprint(text: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keys are derived from the secret with HKDF-SHA-256 (RFC 5869), one for each use. */
export function createSeal(secret: string): Seal {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', `longwatch ${use} v1`, 32));
  const sealKey = derive('definitions');
  const fingerprintKey = derive('versions');
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        // The one thing that can fail here is the authentication: another secret, another context, or a changed text.
        return undefined;
      }
    },
    fingerprint(text) {
      return createHmac('sha256', fingerprintKey).update(text).digest('base64url').slice(0, 11);
    },
  };
}
