import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const START = new URL('../../../src/cli/check-run.ts', import.meta.url);

/** Everything that is loaded with a module, following the imports that are neither types nor made later. */
function loadedWith(start: URL): ReadonlySet<string> {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (module: URL): void => {
    if (seen.has(module.href)) return;
    seen.add(module.href);
    const source = readFileSync(module, 'utf8');
    for (const [, what = '', from = ''] of source.matchAll(/^(?:import|export)\s+([^;']*?)\s*from\s+'([^']+)';/gms)) {
      const names = /^\{(.*)\}$/s.exec(what)?.[1]?.split(',') ?? [what];
      const isType = what.startsWith('type ') || names.every((name) => /^\s*(?:type\s.*)?$/s.test(name));
      if (isType) continue;
      if (from.startsWith('.')) follow(new URL(from, module));
      else packages.add(from);
    }
  };
  follow(start);
  expect(seen.size).toBeGreaterThan(20);
  return packages;
}

describe('one check from the command line', () => {
  it('loads what it needs, and nothing that other expectations and target types need', () => {
    const packages = loadedWith(START);
    const heavy = 'zod yaml re2js json-p3 ws dns-packet croner bullmq ioredis better-sqlite3'.split(' ');
    // Not worker_threads: the bundle runs in threads of long lists too, and asks where it is.
    const ofNode = 'zlib child_process http2'.split(' ').map((name) => `node:${name}`);
    const unwanted = new Set([...heavy, ...ofNode]);
    expect([...packages].filter((name) => unwanted.has(name))).toEqual([]);
  });
});
