const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Whether a secret can sign by Standard Webhooks: not empty, and base64 after `whsec_`. */
export function isWebhookSecret(secret: string): boolean {
  if (!secret.startsWith(PREFIX)) return secret !== '';
  return secret.length > PREFIX.length && BASE64.test(secret.slice(PREFIX.length));
}

/**
 * The key that a secret stands for: the bytes after `whsec_`, or the text itself.
 * Throws RangeError for one that {@link isWebhookSecret} does not take.
 */
export function keyOfWebhookSecret(secret: string): Buffer {
  if (!isWebhookSecret(secret)) throw new RangeError('the secret of a webhook is empty, or not base64 after whsec_');
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret, 'utf8');
}
