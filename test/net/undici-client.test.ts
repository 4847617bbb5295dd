import { Client as PublicClient } from 'undici';
import { expect, it } from 'vitest';
import { Client } from '../../src/net/undici-client.ts';

it('is the very Client that undici exports', () => {
  expect(Client).toBe(PublicClient);
});
