import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Watching, watchSettings } from '../../src/config/watch.ts';
import { aFolder } from '../support/longwatch.ts';

let folder: ReturnType<typeof aFolder>;
let file: string;
let watching: Watching | undefined;
let calls: number;

beforeEach(() => {
  folder = aFolder();
  file = folder.write('longwatch.yaml', 'version: 1\n');
  calls = 0;
});
afterEach(() => {
  watching?.close();
  folder.remove();
});

function watch(path: string, pollMs = 50): void {
  watching = watchSettings({ file: path, onChange: () => (calls += 1), pollMs, quietMs: 20 });
}

const called = (times: number): Promise<void> => vi.waitFor(() => expect(calls).toBe(times), { timeout: 5000 });

describe('watchSettings', () => {
  it('notices a file that is written', async () => {
    watch(file);
    writeFileSync(file, 'version: 1\nmonitors: []\n');
    await called(1);
    writeFileSync(file, 'version: 1\n# longer than before\nmonitors: []\n');
    await called(2);
  });

  it('notices a file that is replaced, again and again, as editors do it', async () => {
    watch(file);
    for (const times of [1, 2, 3]) {
      renameSync(folder.write('longwatch.yaml~', `version: ${times}\n`), file);
      await called(times);
    }
  });

  it('notices by looking alone, without events of the folder', async () => {
    const elsewhere = aFolder();
    const target = elsewhere.write('real.yaml', 'version: 1\n');
    const link = join(folder.path, 'link.yaml');
    symlinkSync(target, link);
    watch(link);
    writeFileSync(target, 'version: 1\nmonitors: []\n');
    await called(1);
    elsewhere.remove();
  });

  it('notices without looking, by events of the folder', async () => {
    watch(file, 1_000_000);
    await vi.waitFor(
      () => {
        writeFileSync(file, `version: 1 # ${performance.now()}\n`);
        expect(calls).toBeGreaterThan(0);
      },
      { timeout: 5000, interval: 100 },
    );
  });

  it('notices files that come and go in a folder', async () => {
    const conf = join(folder.path, 'conf.d');
    mkdirSync(conf);
    watch(conf);
    writeFileSync(join(conf, 'a.yaml'), 'version: 1\n');
    await called(1);
    rmSync(join(conf, 'a.yaml'));
    await called(2);
  });

  it('takes many writes in a row for one change', async () => {
    watch(file);
    for (let n = 0; n < 20; n += 1) writeFileSync(file, `version: 1 # ${'x'.repeat(n)}\n`);
    await called(1);
  });

  it('notices a file that is gone and comes back', async () => {
    watch(file);
    rmSync(file);
    await called(1);
    folder.write('longwatch.yaml', 'version: 1\n');
    await called(2);
  });

  it('says nothing after it was closed', async () => {
    watch(file);
    watching?.close();
    writeFileSync(file, 'version: 1\nmonitors: []\n');
    const later = folder.write('later.yaml', 'version: 1\n');
    let seen = 0;
    const other = watchSettings({ file: later, onChange: () => (seen += 1), pollMs: 50, quietMs: 20 });
    utimesSync(later, 1, 1);
    await vi.waitFor(() => expect(seen).toBe(1), { timeout: 5000 });
    other.close();
    expect(calls).toBe(0);
  });

  it('leaves no handle behind', () => {
    const before = process.getActiveResourcesInfo().length;
    for (let n = 0; n < 20; n += 1) {
      watch(file);
      watching?.close();
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});
