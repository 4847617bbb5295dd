import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const SECRET = 'p"ss w/rd+ä';

/** What the log of a process says about these values. */
function logOf(values: readonly string[]): string {
  const script = `
    import { openLog } from ${JSON.stringify(import.meta.resolve('../src/logger.ts'))};
    const { logger, hide } = await openLog('info');
    hide([${JSON.stringify(SECRET)}]);
    for (const value of ${JSON.stringify(values)}) logger.info({ value, nested: { header: 'Bearer ' + value } }, 'sent ' + value);
  `;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(0);
  return stderr;
}

describe('the log', () => {
  it('strikes secrets out in plain, URL and base64 form, wherever they stand', () => {
    const forms = [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')];
    const text = logOf([...forms, 'harmless']);
    for (const form of forms) {
      expect(text).not.toContain(form);
      expect(text).not.toContain(JSON.stringify(form).slice(1, -1));
    }
    expect(text).toContain('[hidden]');
    expect(text).toContain('sent harmless');
  });
});
