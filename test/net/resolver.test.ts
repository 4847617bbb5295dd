import { describe, expect, it } from 'vitest';
import { createResolver, type ResolvedAddress } from '../../src/net/resolver.ts';

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
        askNameServer: async () => answers,
      });
      const lookup = resolver.resolve('a.example');
      await expect(lookup.addresses).rejects.toMatchObject({ code: 'EAI_AGAIN' });
      expect(lookup.nameServerAnswers).toBe(answers);
    },
  );

  it('asks nobody about a name that does not exist', async () => {
    const askNameServer = (): Promise<boolean> => Promise.reject(new Error('asked'));
    const resolver = createResolver({ lookup: () => Promise.reject(failed('ENOTFOUND')), askNameServer });
    const lookup = resolver.resolve('a.example');
    await expect(lookup.addresses).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(lookup.nameServerAnswers).toBeNull();
  });

  it('finds localhost through the system', async () => {
    const addresses = await createResolver().resolve('localhost').addresses;
    expect(addresses.map(({ address }) => address)).toContainEqual(expect.stringMatching(/^(127\.0\.0\.1|::1)$/));
  });
});
