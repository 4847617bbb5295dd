import { createHmac } from 'node:crypto';

/** What a signature is made over. */
export interface SignedWebhook {
  /** The id of the message, the same for each attempt. Visible ASCII without `.`, which parts the signed text. */
  readonly id: string;
  /** When this attempt is made, ms since the epoch; receivers refuse what is older than 5 minutes. */
  readonly now: number;
  /** The body exactly as it is sent. */
  readonly body: string;
  /** `whsec_` and base64, or any other text as it is; several while a secret is changed. */
  readonly secrets: readonly string[];
}

const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const ID = /^[!-\-/-~]{1,256}$/;

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com): a signature `v1,<base64>` by each secret, in their
 * order, parted by spaces. Without secrets there is no `webhook-signature`.
 * Throws RangeError for an id that cannot be signed and for a secret that {@link isWebhookSecret} does not take.
 */
export function signWebhook({ id, now, body, secrets }: SignedWebhook): Record<string, string> {
  if (!ID.test(id)) throw new RangeError('the id of a webhook is visible ASCII without a full stop');
  const timestamp = String(Math.floor(now / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secrets.length === 0) return headers;
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`, 'utf8');
    return `v1,${hmac.digest('base64')}`;
  });
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}

/** Whether a secret can sign: not empty, and base64 after `whsec_`. */
export function isWebhookSecret(secret: string): boolean {
  if (!secret.startsWith(PREFIX)) return secret !== '';
  return secret.length > PREFIX.length && BASE64.test(secret.slice(PREFIX.length));
}

function keyOf(secret: string): Buffer {
  if (!isWebhookSecret(secret)) throw new RangeError('the secret of a webhook is empty, or not base64 after whsec_');
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret, 'utf8');
}
