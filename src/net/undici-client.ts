import { setFlagsFromString } from 'node:v8';
import type { Client as PublicClient } from 'undici';
import ClientOfFile from 'undici/lib/dispatcher/client.js';

// undici's HTTP parser is WebAssembly, and V8 would optimise all of it in the background for 100 ms of CPU, which the end
// of a short process waits for. The baseline compiler's code parses as fast as is needed: even 20,000 checks are quicker.
setFlagsFromString('--liftoff-only');

/**
 * undici's Client from its own file: the same class as the public entry's (a test holds the two together) without the
 * fetch, caches, mocks and proxies beside it, which would more than double the start-up time of `longwatch check`.
 */
export const Client = ClientOfFile;
export type Client = PublicClient;
