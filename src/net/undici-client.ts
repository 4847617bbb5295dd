import { createRequire } from 'node:module';
import type { Client as PublicClient } from 'undici';

/**
 * undici's Client from its own file: the same class as the public entry's (a test holds the two together) without the
 * fetch, caches, mocks and proxies beside it, which would more than double the start-up time of `longwatch check`.
 */
export const Client = createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as typeof PublicClient;
export type Client = PublicClient;
