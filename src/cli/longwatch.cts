#!/usr/bin/env node
// The file that starts first. CommonJS, because modules are read with the threads of the pool, and how many there are is
// settled when the first one is used. Look-ups of names get half of them, and one that hangs holds its thread: the usual
// four are too few.
process.env['UV_THREADPOOL_SIZE'] ||= '64';

// One check from the command line must not wait for the rest of the program to load. The script is for the build, which
// keeps what V8 has compiled of it.
if (process.argv[2] === 'check') module.exports = runBundle('check-main');
else void import('./main.ts');

/**
 * Runs a script that the build made of many modules, with what V8 had compiled of it when the build ran it: to compile it
 * anew in each process takes longer than a hundred checks. What was kept holds for one version of Node and for one text,
 * so its file is named for the one and ends with a copy of the other. Without such a file, and where V8 does not want what
 * is in it, the script is compiled as any other.
 */
function runBundle(name: string) {
  const path = process.getBuiltinModule('node:path');
  const filename = path.join(__dirname, `${name}.cjs`);
  // Node looks for source maps of modules alone.
  if (process.sourceMapsEnabled) return require(filename) as unknown;
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { createRequire, Module } = process.getBuiltinModule('node:module');
  const { constants, Script } = process.getBuiltinModule('node:vm');
  const text = readFileSync(filename);
  let cachedData: Buffer | undefined;
  try {
    const kept = readFileSync(path.join(__dirname, `${name}-${process.version}-${process.arch}.cache`));
    const end = kept.length - text.length;
    if (end > 0 && text.equals(kept.subarray(end))) cachedData = kept.subarray(0, end);
  } catch {
    // Built with another Node.
  }
  // The line break keeps the columns of the first line, and the offset the numbers of all.
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {\n${text.toString()}\n})`, {
    filename,
    lineOffset: -1,
    ...(cachedData !== undefined && { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // Known as other modules are: what the script loads later requires it.
  const bundle = new Module(filename, module);
  bundle.filename = filename;
  require.cache[filename] = bundle;
  script.runInThisContext()(bundle.exports, createRequire(filename), bundle, filename, __dirname);
  bundle.loaded = true;
  return script;
}
