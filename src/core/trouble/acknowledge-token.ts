import { createHmac } from 'node:crypto';

/**
 * What lets who holds a link acknowledge one incident, and nothing else: HMAC-SHA-256 (RFC 2104) of its number under the
 * secret of this instance, as 43 characters that need no escaping in an address. Compare it in constant time.
 */
export function acknowledgeToken(secret: string, incident: number): string {
  return createHmac('sha256', secret).update(`longwatch acknowledge v1 ${incident}`).digest('base64url');
}
