import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Making a network namespace needs Linux and root. */
function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Seen {
  readonly one: readonly string[];
  readonly two: readonly string[];
  readonly near: readonly string[];
  readonly told: readonly { readonly type: string; readonly monitor: string; readonly lasted: number | null }[];
}

describe('a network that is cut', () => {
  it.runIf(canUnshare())(
    'is never a target that is down, and is told once, from when to when',
    { timeout: 120_000 },
    async () => {
      const script = join(import.meta.dirname, 'processes', 'network-cut.ts');
      const args = ['-n', process.execPath, '--import', import.meta.resolve('tsx'), script];
      const { stdout } = await promisify(execFile)('unshare', args, { timeout: 110_000 });
      const { one, two, near, told } = JSON.parse(stdout) as Seen;
      expect(near).toEqual(['up']);
      expect(two).toEqual(['unknown cut_off', 'up']);
      expect(one.filter((seen) => seen.startsWith('down'))).toEqual(['down conn_refused']);
      expect(told.map(({ type, monitor }) => `${type} ${monitor}`.trim())).toEqual(['sighted', 'down one']);
      expect(told[0]?.lasted).toBeGreaterThan(6_000);
    },
  );
});
