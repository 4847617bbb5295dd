// `npm test [-- arguments of vitest]`: makes the checkout ready, redis-server, ping and Chromium included, runs the tests and
// ends with a line that counts them: "N passed, N failed", with ", N skipped" when some were.
import './setup/node-version.mjs';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endWithNpm } from './setup/end-with-npm.mjs';
import { CACHE, ROOT } from './setup/paths.mjs';
import { ensureChromium, ensurePing, ensureReady, ensureRedis } from './setup/ready.mjs';
import { runScript } from './setup/run.mjs';

const RESULTS = join(CACHE, 'test-results.json');

function runVitest(args) {
  const command = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${RESULTS}`,
    ...args,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** Counts tests; a file that could not be run at all counts as one that failed. */
function countTests() {
  let results;
  try {
    results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of results.testResults) {
    const states = file.assertionResults.map(({ status }) => status);
    count.passed += states.filter((status) => status === 'passed').length;
    const failed = states.filter((status) => status === 'failed').length;
    count.failed += failed === 0 && file.status === 'failed' ? 1 : failed;
    count.skipped += states.filter((status) => status !== 'passed' && status !== 'failed').length;
  }
  return count;
}

function printSummary({ passed, failed, skipped }) {
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
}

endWithNpm();
await runScript(
  async () => {
    await ensureReady({ quickCompile: true });
    await ensureRedis();
    await ensurePing();
    await ensureChromium();
    mkdirSync(CACHE, { recursive: true });
    rmSync(RESULTS, { force: true });
    const status = await runVitest(process.argv.slice(2));
    const count = countTests();
    if (count.passed + count.failed === 0) {
      process.stdout.write('\nNo test was run, and that is a failure.\n');
      count.failed = 1;
    } else if (status !== 0 && count.failed === 0) {
      process.stdout.write('\nAll tests passed, but the run failed: see the error outside of the tests above.\n');
      count.failed = 1;
    }
    printSummary(count);
    process.exitCode = status === 0 && count.failed > 0 ? 1 : status;
  },
  () => printSummary({ passed: 0, failed: 1, skipped: 0 }),
);
