import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { configFiles } from './find-files.ts';

export interface WatchOptions {
  /** Absolute path of the configuration: a file, or a folder of `*.yaml` files. */
  readonly file: string;
  /** Called after the files have changed and have been quiet for a moment. What it throws is the caller's to handle. */
  readonly onChange: () => void;
  /** How often the files are looked at in any case, in ms; default 2000. */
  readonly pollMs?: number;
  /** How long the files must be quiet before a change counts, in ms; default 200. */
  readonly quietMs?: number;
}

export interface Watching {
  /** Ends it: no call of `onChange` follows. */
  close(): void;
}

/**
 * Notices when the configuration changes. Events of the file system make it quick; looking at the files every now and
 * then makes it sure: editors replace files instead of writing them, and bind mounts and network folders send no events.
 * Does not keep the process alive.
 */
export function watchSettings({ file, onChange, pollMs = 2000, quietMs = 200 }: WatchOptions): Watching {
  let reported = fingerprint(file);
  let latest = reported;
  let settle: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = fingerprint(file);
    if (now === latest) return;
    latest = now;
    clearTimeout(settle);
    settle = setTimeout(report, quietMs).unref();
  };
  const report = (): void => {
    const now = fingerprint(file);
    if (now !== latest) {
      latest = now;
      settle = setTimeout(report, quietMs).unref();
      return;
    }
    // Written and put back within the moment.
    if (now === reported) return;
    reported = now;
    onChange();
  };

  const events = watchEvents(file, look);
  const poll = setInterval(look, pollMs).unref();
  return {
    close() {
      clearInterval(poll);
      clearTimeout(settle);
      events?.close();
    },
  };
}

/** Events of the folder, not of the file: a file that is replaced takes its watcher with it. */
function watchEvents(file: string, look: () => void): FSWatcher | undefined {
  try {
    const isFolder = statSync(file).isDirectory();
    const name = basename(file);
    const events = watch(isFolder ? file : dirname(file), { persistent: false }, (_event, changed) => {
      if (isFolder || changed === null || changed === name) look();
    });
    // Without events (too many watchers, a folder that was removed) looking now and then has to do.
    events.on('error', () => events.close());
    return events;
  } catch {
    return undefined;
  }
}

/** Changes when a file is written, replaced, added or removed; links are followed. */
function fingerprint(path: string): string {
  try {
    return configFiles(path).map(stampOf).join('\n');
  } catch {
    return 'missing';
  }
}

function stampOf(path: string): string {
  const { ino, size, mtimeMs, ctimeMs } = statSync(path);
  return `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
