import { describe, expect, it } from 'vitest';
import { secretsOf } from '../../../src/core/monitor/secrets.ts';
import { parseMonitor } from '../../../src/core/monitor/parse.ts';
import { TEST_CLIENT } from '../../targets/certificates.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');

function secretsIn(input: Readonly<Record<string, unknown>>): readonly string[] {
  const read = parseMonitor(input);
  if (!('value' in read)) throw new Error(JSON.stringify(read));
  return secretsOf(read.value);
}

const url = 'https://example.com/health';

describe('the secrets of a monitor', () => {
  it.each([
    [{ url }, []],
    [{ url, auth: { bearer: 'token-1' } }, ['token-1']],
    [{ url, auth: { basic: { username: 'me', password: 'p' } } }, ['p', base64('me:p')]],
    [
      {
        url,
        auth: {
          oauth2: {
            token_url: url,
            client_id: 'i d',
            client_secret: 's/s',
            params: { password: 'other', audience: 'a' },
          },
        },
      },
      ['s/s', base64('i d:s/s'), 's%2Fs', base64('i+d:s%2Fs'), 'other'],
    ],
    [
      { url, proxy: { url: 'http://proxy.example', username: 'u', password: 'proxied' } },
      ['proxied', base64('u:proxied')],
    ],
    [{ url, tls: TEST_CLIENT }, [TEST_CLIENT.key]],
    [{ url: `${url}?api_key=abcdef&page=2` }, ['abcdef']],
    [{ url, headers: { 'X-Api-Key': 'key-1', Accept: 'text/html' } }, ['key-1']],
    [{ url, headers: { Cookie: 'session=0123456789; theme=dark' } }, ['session=0123456789; theme=dark', '0123456789']],
    [{ type: 'push', token: 'push-token-1', interval: '1h' }, ['push-token-1']],
    [{ url: 'tcp://db.internal:5432' }, []],
  ])('%j are %j', (input, secrets) => {
    expect(secretsIn(input)).toEqual(secrets);
  });
});
