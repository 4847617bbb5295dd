import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { withSetupLock } from './lock.mjs';
import { commandExists, SetupError } from './run.mjs';
import { disableService, installSystemPackages, runsSystemd } from './system-packages.mjs';

/**
 * Makes a checkout ready: packages installed, and `dist` built unless `built` is false. Costs a few milliseconds when
 * nothing is missing. `quickCompile` as in install().
 */
export async function ensureReady({ built = true, quickCompile = false } = {}) {
  if (isInstalled() && (!built || isBuilt())) return;
  await withSetupLock(async () => {
    // Asked again: the process that held the lock before may have done it all.
    if (!isInstalled()) await install({ quickCompile });
    if (built && !isBuilt()) await build();
  });
}

/** Makes sure that `redis-server` is there for the tests, which start their own; no running Redis is ever touched. */
export async function ensureRedis() {
  if (commandExists('redis-server')) return;
  await withSetupLock(async () => {
    if (commandExists('redis-server')) return;
    await installSystemPackages('redis', 'The tests start their own redis-server, and there is none.');
    if (runsSystemd()) disableService('redis-server');
  });
  if (!commandExists('redis-server')) {
    throw new SetupError(
      'The package is installed, but there is still no redis-server on the PATH. The tests need it.',
    );
  }
}

/** Installs `ping` for the tests of the ping probe where that is possible; where it is not, they are skipped. */
export async function ensurePing() {
  if (commandExists('ping')) return;
  await installForSomeTests('ping', 'Some tests use the ping of the system, and there is none.');
}

/** Installs Chromium for the tests of pages where that is possible; where it is not, they are skipped. */
export async function ensureChromium() {
  if (CHROMIUM_NAMES.some((name) => commandExists(name))) return;
  await installForSomeTests('chromium', 'Some tests look at pages in Chromium, and there is none.');
}

/** The names that browsers of this kind have, as in test/support/browser.ts. */
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

async function installForSomeTests(what, why) {
  try {
    await withSetupLock(() => installSystemPackages(what, why));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`${error.message}\nThe tests that need ${what} will be skipped.\n`);
  }
}
