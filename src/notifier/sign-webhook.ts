import { createHmac } from 'node:crypto';
import { keyOfWebhookSecret } from '../core/channel/webhook-secret.ts';

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

const ID = /^[!-\-/-~]{1,256}$/;

/**
 * The headers of Standard Webhooks (https://www.standardwebhooks.com): a signature `v1,<base64>` by each secret, in their
 * order, parted by spaces. Without secrets there is no `webhook-signature`.
 * Throws RangeError for an id that cannot be signed and for a secret that is empty or not base64 after `whsec_`.
 */
export function signWebhook({ id, now, body, secrets }: SignedWebhook): Record<string, string> {
  if (!ID.test(id)) throw new RangeError('the id of a webhook is visible ASCII without a full stop');
  const timestamp = String(Math.floor(now / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secrets.length === 0) return headers;
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyOfWebhookSecret(secret)).update(`${id}.${timestamp}.${body}`, 'utf8');
    return `v1,${hmac.digest('base64')}`;
  });
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}
