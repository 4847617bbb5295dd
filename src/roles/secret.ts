import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, errorCode } from '../core/errors.ts';

const POLL_MS = 200;

export const SECRET_HINT =
  'Set LONGWATCH_SECRET, or LONGWATCH_SECRET_FILE to a file that the server can write and the workers can read.';

/**
 * The secret in this file, which is written with a random one when it is not there yet (mode 0600). Server and workers
 * that share the file so share the secret without anybody having to think of one.
 *
 * @throws AppError `secret_missing` when the file can be neither read nor written
 */
export async function readOrCreateSecret(file: string): Promise<string> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
    // A link appears with all it holds, and only where there is nothing yet: a waiting worker never reads half a secret.
    await link(draft, file);
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST' && !existsSync(file)) throw unreadable(file, thrown);
  } finally {
    await rm(draft, { force: true });
  }
  return await readSecret(file, 0);
}

/**
 * The secret in this file, waiting for it at most `patience` ms: a worker may start before the server has written it.
 *
 * @throws AppError `secret_missing`
 */
export async function readSecret(file: string, patience: number): Promise<string> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      const secret = (await readFile(file, 'utf8')).trim();
      if (secret.length >= 16) return secret;
      throw new AppError('secret_missing', `the secret in ${file} is shorter than 16 characters`);
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT' || performance.now() >= deadline) {
        throw thrown instanceof AppError ? thrown : unreadable(file, thrown);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function unreadable(file: string, cause: unknown): AppError {
  return new AppError(
    'secret_missing',
    `the secret file ${file} cannot be used: ${errorCode(cause) ?? 'unknown error'}`,
    {
      hint: SECRET_HINT,
      cause,
    },
  );
}
