import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What the check from the command line begins with. */
const ENTRY = 'check-main.js';
/** CommonJS packages that are made part of the bundle; to import them from outside takes as long as all else. */
const INLINED = ['commander', 'ipaddr.js'];

/**
 * Puts the compiled `longwatch check` into few files in place of a hundred small ones, which takes a third off its start.
 * What it loads later goes into files of their own beside it. `dist`: the compiled program.
 */
export async function bundleCheck(dist) {
  const { build } = await import('rolldown');
  const folder = join(dist, 'cli');
  const atStart = loadedWith(join(folder, ENTRY));
  await build({
    input: join(folder, ENTRY),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !INLINED.includes(id),
    plugins: [keepPlaces(folder)],
    output: {
      dir: folder,
      entryFileNames: ENTRY,
      chunkFileNames: 'check-part-[hash].js',
      sourcemap: true,
      codeSplitting: { groups: [{ name: 'start', test: (id) => atStart.has(id) || isInlined(id) }] },
    },
    // Why it is imported at the start stands there.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
  });
}

/** The compiled modules that a file loads before anything runs: those it imports by `from`, and what these do. */
function loadedWith(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?:.* from )?'(\.[^']+)';$/gm)) {
    loadedWith(join(dirname(file), from), found);
  }
  return found;
}

function isInlined(id) {
  return INLINED.some((name) => id.includes(`/node_modules/${name}/`));
}

/** A module still finds what lies beside its own file. */
function keepPlaces(folder) {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!code.includes('import.meta.url')) return null;
      const place = JSON.stringify(relative(folder, id).replaceAll('\\', '/'));
      // No line moves, so the source maps stay right.
      return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null };
    },
  };
}
