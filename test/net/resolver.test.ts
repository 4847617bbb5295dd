import { execFileSync, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createResolver, isThreadFree, type ResolvedAddress } from '../../src/net/resolver.ts';
import { aFolder } from '../support/longwatch.ts';

const LOOPBACK: readonly ResolvedAddress[] = [{ address: '127.0.0.1', family: 4 }];

const failed = (code: string): Error => Object.assign(new Error(code), { code });

describe('the resolver', () => {
  it('joins look-ups of one name that run at the same time', async () => {
    let asked = 0;
    const resolver = createResolver({ lookup: async () => (asked++, LOOPBACK) });
    const lookups = [resolver.resolve('a.example'), resolver.resolve('a.example'), resolver.resolve('b.example')];
    await Promise.all(lookups.map((lookup) => lookup.addresses));
    expect(asked).toBe(2);
  });

  it('keeps no answer for the next check', async () => {
    let asked = 0;
    const resolver = createResolver({ lookup: async () => (asked++, LOOPBACK) });
    await resolver.resolve('a.example').addresses;
    await resolver.resolve('a.example').addresses;
    expect(asked).toBe(2);
  });

  it('keeps no failure either', async () => {
    let answers = false;
    const lookup = async (): Promise<readonly ResolvedAddress[]> => {
      if (answers) return LOOPBACK;
      throw failed('ENOTFOUND');
    };
    const resolver = createResolver({ lookup });
    await expect(resolver.resolve('a.example').addresses).rejects.toMatchObject({ code: 'ENOTFOUND' });
    answers = true;
    await expect(resolver.resolve('a.example').addresses).resolves.toEqual(LOOPBACK);
  });

  it.each([true, false])(
    'asks the name server itself when a look-up fails for now (it answers: %s)',
    async (answers) => {
      const resolver = createResolver({
        lookup: () => Promise.reject(failed('EAI_AGAIN')),
        tryLookups: async () => answers,
      });
      const lookup = resolver.resolve('a.example');
      await expect(lookup.addresses).rejects.toMatchObject({ code: 'EAI_AGAIN' });
      expect(lookup.lookupsWork).toBe(answers);
    },
  );

  it('asks nobody about a name that does not exist', async () => {
    const tryLookups = (): Promise<boolean> => Promise.reject(new Error('asked'));
    const resolver = createResolver({ lookup: () => Promise.reject(failed('ENOTFOUND')), tryLookups });
    const lookup = resolver.resolve('a.example');
    await expect(lookup.addresses).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(lookup.lookupsWork).toBeNull();
  });

  it('notices that all threads for look-ups are taken, and that they are free again', async () => {
    expect(await isThreadFree()).toBe(true);
    const folder = aFolder();
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Opening a pipe that nobody writes to holds a thread of the pool until somebody does.
    const held = Array.from({ length: 64 }, () => open(pipe, 'r'));
    expect(await isThreadFree()).toBe(false);
    const writer = spawn('sh', ['-c', `while :; do : > "${pipe}"; done`]);
    await Promise.all(held.map(async (opening) => (await opening).close()));
    writer.kill('SIGKILL');
    expect(await isThreadFree()).toBe(true);
    folder.remove();
  });

  it('finds localhost through the system', async () => {
    const addresses = await createResolver().resolve('localhost').addresses;
    expect(addresses.map(({ address }) => address)).toContainEqual(expect.stringMatching(/^(127\.0\.0\.1|::1)$/));
  });
});
