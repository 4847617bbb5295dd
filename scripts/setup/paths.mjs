import { fileURLToPath } from 'node:url';

/** The root of the checkout, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where the scripts keep what may be thrown away at any time: logs, results, the lock. */
export const CACHE = `${ROOT}/.cache`;
