import { closeSync, openSync } from 'node:fs';
import { errorCode } from '../core/errors.ts';

/** Makes an empty file that only its owner may read and write (mode 0600), unless there is one of that name. */
export function createEmptyFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
  }
}
