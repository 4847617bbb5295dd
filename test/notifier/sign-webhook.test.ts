import { describe, expect, it } from 'vitest';
import { isWebhookSecret } from '../../src/core/channel/webhook-secret.ts';
import { signWebhook } from '../../src/notifier/sign-webhook.ts';

// Both signatures were computed with `openssl dgst -sha256 -mac HMAC`.
const webhook = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', now: 1_614_265_330_999, body: '{"test": 2432232314}' };
const coded = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const plain = { secret: 'correct-horse-battery-staple', signature: 'v1,BFpw6Zy4lBEkD2g/E47HnvbAnE6QcTxq/lrxz8mULK4=' };

describe('the signature of a webhook', () => {
  it.each([
    [[coded.secret], coded.signature],
    [[plain.secret], plain.signature],
    [[plain.secret, coded.secret], `${plain.signature} ${coded.signature}`],
  ])('is by each of %j', (secrets, signature) => {
    expect(signWebhook({ ...webhook, secrets })).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
    });
  });

  it('is left out without a secret', () => {
    expect(Object.keys(signWebhook({ ...webhook, secrets: [] }))).toEqual(['webhook-id', 'webhook-timestamp']);
  });

  it('is another for another body, id or second', () => {
    const secrets = [plain.secret];
    const others = [
      { ...webhook, body: '{"test": 2432232315}' },
      { ...webhook, id: 'other' },
      { ...webhook, now: webhook.now + 1 },
    ];
    const all = [webhook, ...others].map((one) => signWebhook({ ...one, secrets })['webhook-signature']);
    expect(new Set(all).size).toBe(4);
  });

  it.each(['', 'a.b', 'a b', 'a\r\nx-evil: 1', 'ä'])('is refused for the id %j', (id) => {
    expect(() => signWebhook({ ...webhook, id, secrets: [] })).toThrow(RangeError);
  });

  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true],
    ['whsec_AAE', true],
    ['anything else', true],
    ['whsec_', false],
    ['whsec_not base64!', false],
    ['whsec_AAAAA', false],
    ['', false],
  ])('takes the secret %j: %j', (secret, fine) => {
    expect(isWebhookSecret(secret)).toBe(fine);
  });

  it.each(['', 'whsec_', 'whsec_not base64!'])('is refused for the secret %j', (secret) => {
    expect(() => signWebhook({ ...webhook, secrets: [secret] })).toThrow(RangeError);
  });
});
