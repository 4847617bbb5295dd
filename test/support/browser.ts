import { spawnSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';

/** The Chromium of this machine; `undefined` where there is none, and tests of pages are skipped. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim())
  .find((path) => path !== '');

/** Starts it without a window. Whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? 'chromium',
    // For containers: no user namespaces, a small /dev/shm, no graphics card.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
