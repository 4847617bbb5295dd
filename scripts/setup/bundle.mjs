import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { types } from 'node:util';

/** What the check from the command line begins with. */
const ENTRY = 'check-main';
/** Packages of the start that are made part of the bundle; to import them from outside takes as long as all else. */
const AT_START = ['commander', 'ipaddr.js', 'undici'];
/** Packages that are ES modules alone, which CommonJS cannot take from outside as they are meant. */
const ES_MODULES = ['string-width', 'get-east-asian-width', 'strip-ansi', 'ansi-regex', 're2js'];
const INLINED = [...AT_START, ...ES_MODULES];
/** Files of packages that their others load in cases that do not come up in a check: they stay where they are. */
const OUTSIDE = ['undici/lib/web/fetch/body.js', 'undici/lib/llhttp/llhttp-wasm.js'];
/** What packages require at once and most checks never use: Node's HTTP/2 alone takes as long to load as twenty checks. */
const LATER = [
  {
    file: 'undici/lib/dispatcher/client.js',
    at: "const connectH2 = require('./client-h2.js')",
    later: "const connectH2 = (client, socket) => require('./client-h2.js')(client, socket)",
  },
  {
    file: 'commander/lib/command.js',
    at: "const childProcess = require('node:child_process');",
    later: "const childProcess = { spawn: (...args) => require('node:child_process').spawn(...args) };",
  },
];

/**
 * Puts the compiled `longwatch check` into few files in place of a hundred small ones, which takes a third off its start.
 * What it loads later goes into files of their own beside it. They are CommonJS, because V8 lets the code it compiled be
 * kept for scripts (src/cli/longwatch.cts) and not for modules. `dist`: the compiled program.
 */
export async function bundleCheck(dist) {
  const { build } = await import('rolldown');
  const folder = join(dist, 'cli');
  const atStart = loadedWith(join(folder, `${ENTRY}.js`));
  const left = leaveOutside();
  const later = loadLater();
  const { output } = await build({
    input: join(folder, `${ENTRY}.js`),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !INLINED.some((name) => isOf(name, id)),
    plugins: [left.plugin, later.plugin, keepPlaces(folder)],
    output: {
      dir: folder,
      format: 'cjs',
      entryFileNames: `${ENTRY}.cjs`,
      chunkFileNames: 'check-part-[hash].cjs',
      sourcemap: true,
      codeSplitting: { groups: [{ name: 'start', test: (id) => atStart.has(id) || isIn(AT_START, id) }] },
    },
    // Why it is imported at the start stands there.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
  });
  left.assertAll();
  later.assertAll();
  assertCommonJs(output.flatMap(({ imports = [] }) => imports));
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

/** Whether an import is of a package, or of a file of it. */
function isOf(name, id) {
  return id === name || id.startsWith(`${name}/`);
}

function isIn(packages, path) {
  return packages.some((name) => path.includes(`/node_modules/${name}/`));
}

/** What is taken from outside must be there for `require` as it is for `import`; of an ES module it gives something else. */
function assertCommonJs(imports) {
  const require = createRequire(import.meta.url);
  const wrong = [...new Set(imports)].filter(
    (id) => !id.startsWith('check-') && !isBuiltin(id) && types.isModuleNamespaceObject(require(id)),
  );
  if (wrong.length > 0) throw new Error(`not CommonJS, so they must be part of the bundle: ${wrong.join(', ')}`);
}

/** Leaves the files of OUTSIDE out of the bundle, and knows which of them were met. */
function leaveOutside() {
  const missing = new Set(OUTSIDE);
  return {
    plugin: {
      name: 'leave-outside',
      resolveId(source, importer) {
        if (importer === undefined || !source.startsWith('.')) return null;
        const path = join(dirname(importer), source);
        const outside = OUTSIDE.find((file) => path.endsWith(`/node_modules/${file}`));
        missing.delete(outside);
        return outside === undefined ? null : { id: outside, external: true };
      },
    },
    assertAll() {
      if (missing.size > 0) throw new Error(`nothing loads ${[...missing].join(', ')} any more`);
    },
  };
}

/** Has the files of LATER require what they need when they need it, and knows which of them were met. */
function loadLater() {
  const missing = new Set(LATER);
  return {
    plugin: {
      name: 'load-later',
      transform(code, id) {
        const change = LATER.find(({ file, at }) => id.endsWith(`/node_modules/${file}`) && code.includes(at));
        if (change === undefined) return null;
        missing.delete(change);
        // No line moves, so the source maps stay right.
        return { code: code.replace(change.at, () => change.later), map: null };
      },
    },
    assertAll() {
      if (missing.size === 0) return;
      throw new Error(`not required as before: ${[...missing].map(({ file, at }) => `${file}: ${at}`).join(', ')}`);
    },
  };
}

/** A module still finds what lies beside its own file. */
function keepPlaces(folder) {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!code.includes('import.meta.url') || isIn(INLINED, id)) return null;
      const place = JSON.stringify(relative(folder, id).replaceAll('\\', '/'));
      // No line moves, so the source maps stay right.
      return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null };
    },
  };
}
