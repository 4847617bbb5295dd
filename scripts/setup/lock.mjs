import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CACHE } from './paths.mjs';

const LOCK = join(CACHE, 'setup.lock');
const BEAT_MS = 1_000;
/** A holder touches the lock every second; one that has not for this long is gone, whatever its process id says. */
const STALE_MS = 15_000;
const POLL_MS = 200;

/** Runs `work` while no other process of this checkout is installing or building; waits for its turn. */
export async function withSetupLock(work) {
  await acquire();
  const beat = setInterval(() => touch(), BEAT_MS);
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

async function acquire() {
  mkdirSync(dirname(LOCK), { recursive: true });
  let told = false;
  for (;;) {
    try {
      closeSync(openSync(LOCK, 'wx'));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isStale()) {
      removeStale();
      continue;
    }
    if (!told) process.stderr.write('Another start of this checkout is installing or building; waiting for it ...\n');
    told = true;
    await delay(POLL_MS);
  }
}

function isStale() {
  const touched = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs;
  return touched !== undefined && Date.now() - touched > STALE_MS;
}

/** Moved away before it is removed: of several that wait, only one succeeds in moving it. */
function removeStale() {
  const moved = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, moved);
    rmSync(moved, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function touch() {
  const now = new Date();
  try {
    utimesSync(LOCK, now, now);
  } catch {
    // Someone emptied .cache while we work: nothing is worse for it than a second start that does not wait.
  }
}

function release() {
  rmSync(LOCK, { force: true });
}
