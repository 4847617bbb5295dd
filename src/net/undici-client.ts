import type { Client as PublicClient } from 'undici';
import ClientOfFile from 'undici/lib/dispatcher/client.js';

/**
 * undici's Client from its own file: the same class as the public entry's (a test holds the two together) without the
 * fetch, caches, mocks and proxies beside it, which would more than double the start-up time of `longwatch check`.
 */
export const Client = ClientOfFile;
export type Client = PublicClient;
