// `npm run check [-- --no-tests]`: everything that must hold before a change goes in. Formatting, linting (import
// directions and cycles included), types, unused code, the lock file; then the tests. All failures are shown, not only the first.
import './setup/node-version.mjs';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';
import { ensureReady } from './setup/ready.mjs';
import { runScript } from './setup/run.mjs';

const packageFile = (path) => join(ROOT, 'node_modules', path);

/** Longest first, so that they end together. */
const CHECKS = [
  { name: 'lint', command: [packageFile('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.'] },
  { name: 'unused code', command: [packageFile('knip/bin/knip.js'), '--no-progress'] },
  { name: 'types', command: [packageFile('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'format', command: [packageFile('oxfmt/bin/oxfmt'), '--check', '.'], hint: 'npm run format puts it right.' },
  { name: 'lock file', command: [join(ROOT, 'scripts/check-lock.mjs')] },
];

function run(command) {
  const began = Date.now();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: error.message, seconds: 0 }));
    child.on('close', (status) => resolve({ ok: status === 0, output, seconds: (Date.now() - began) / 1000 }));
  });
}

/** Runs the checks, as many at once as there are processors, and gives those that failed. */
async function runChecks() {
  const queue = [...CHECKS];
  const failed = [];
  const takeTurns = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const result = await run(check.command);
      process.stdout.write(`${result.ok ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(12)} ${result.seconds.toFixed(1)} s\n`);
      if (!result.ok) failed.push({ ...check, output: result.output });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, takeTurns));
  return failed;
}

function runTests() {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/test.mjs')], { cwd: ROOT, stdio: 'inherit' });
    child.on('error', () => resolve(1));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

await runScript(async () => {
  await ensureReady({ built: false, quickCompile: true });
  const failed = await runChecks();
  for (const { name, output, hint } of failed) {
    process.stdout.write(`\n--- ${name}\n${output.trimEnd()}\n${hint === undefined ? '' : `${hint}\n`}`);
  }
  const testStatus = process.argv.includes('--no-tests') ? 0 : await runTests();
  if (failed.length > 0) process.stderr.write(`\nfailed: ${failed.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = failed.length > 0 || testStatus !== 0 ? 1 : 0;
});
