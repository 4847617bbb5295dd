import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOrCreateSecret, readSecret } from '../../src/roles/secret.ts';
import { aFolder } from '../support/longwatch.ts';

function aSecretFile(...path: string[]): string {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  return join(folder.path, ...path, 'longwatch.secret');
}

describe('the shared secret', () => {
  it('is made once, at random, for its owner alone', async () => {
    const file = aSecretFile('new', 'folder');
    const secret = await readOrCreateSecret(file);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readOrCreateSecret(file)).toBe(secret);
    expect(await readOrCreateSecret(aSecretFile())).not.toBe(secret);
  });

  it('is the same for servers that start at the same moment', async () => {
    const file = aSecretFile();
    const secrets = await Promise.all(Array.from({ length: 8 }, () => readOrCreateSecret(file)));
    expect(new Set(secrets)).toEqual(new Set([readFileSync(file, 'utf8').trim()]));
  });

  it('is waited for by a worker that starts before the server', async () => {
    const file = aSecretFile();
    const waiting = readSecret(file, 10_000);
    writeFileSync(file, 'written a little later\n');
    expect(await waiting).toBe('written a little later');
  });

  it.each([
    ['not there', undefined],
    ['too short', 'short'],
  ])('that is %s is an error that says what to do', async (_what, text) => {
    const file = aSecretFile();
    if (text !== undefined) writeFileSync(file, text);
    await expect(readSecret(file, 0)).rejects.toMatchObject({ code: 'secret_missing', exitStatus: 3 });
  });
});
