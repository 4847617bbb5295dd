import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCheck } from './bundle.mjs';
import { keepDeclarations } from './declarations.mjs';
import { keepCompiled } from './keep-compiled.mjs';
import { ROOT } from './paths.mjs';
import { startProgress } from './progress.mjs';
import { runQuietly, SetupError } from './run.mjs';

const DIST = join(ROOT, 'dist');
/** Built beside `dist` and then put in its place, so that a failed build leaves the last good one alone. */
const NEXT = join(ROOT, 'dist-next');
const STAMP = '.source-hash';

/** Whether `dist` was built from exactly the sources that are there now. */
export function isBuilt() {
  const stamp = join(DIST, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceHash();
}

/** Compiles `src` to `dist`. A source that does not compile throws a SetupError with the compiler's words. */
export async function build() {
  const progress = startProgress('Building Longwatch');
  const hash = sourceHash();
  rmSync(NEXT, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', NEXT];
  const result = await runQuietly(process.execPath, args, { log: 'build' });
  if (result.status !== 0) {
    rmSync(NEXT, { recursive: true, force: true });
    progress.fail('the build failed');
    throw new SetupError(
      `${result.tail.join('\n')}\n\nThe sources do not compile; the whole log is in ${result.logPath}`,
    );
  }
  keepDeclarations(NEXT);
  await bundleCheck(NEXT);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(NEXT, DIST);
  // In its place, for what is kept names it.
  const isKept = await keepCompiled(DIST);
  writeFileSync(join(DIST, STAMP), hash);
  progress.done(isKept ? 'built' : 'built, but what V8 compiled could not be kept: checks will be slower to start');
}

function sourceHash() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
  const steps = ['scripts/setup/bundle.mjs', 'scripts/setup/keep-compiled.mjs'];
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...steps].map((name) =>
    join(ROOT, name),
  );
  for (const path of [...settings, ...sources]) {
    if (existsSync(path)) hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
