import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { aFolder, run, runJson } from '../support/longwatch.ts';

const TESTDATA = join(import.meta.dirname, '..', 'config', 'testdata');
const folder = aFolder();
const cwd = folder.path;

beforeAll(() => {
  folder.write('good.yaml', 'version: 1\nmonitors:\n  - https://a.example/?token=abcdef\n  - https://b.example\n');
  folder.write('bad.yaml', 'version: 1\nmonitors:\n  - url: https://a.example\n    intervall: 30s\n');
});
afterAll(() => folder.remove());

describe('longwatch validate', () => {
  it('says OK with the number of monitors and shows warnings, and ends with 0', async () => {
    const { status, stdout, stderr } = await run(['validate', 'good.yaml'], { cwd });
    expect(stdout).toContain('good.yaml:3:5: warning: "token" in the url looks like a secret');
    expect(stdout).toMatch(/\n1 warning\ngood\.yaml: OK, 2 monitors\n$/);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('prints problems with the line and a caret, and ends with 3', async () => {
    const { status, stdout } = await run(['validate', '--config', 'bad.yaml'], { cwd });
    expect(stdout).toBe(
      [
        'bad.yaml:4:5: error: unknown key "intervall"; did you mean "interval"?  (monitors.0.intervall)',
        '  4 |     intervall: 30s',
        '    |     ^',
        '',
        '1 problem',
        '',
      ].join('\n'),
    );
    expect(status).toBe(3);
  });

  it('prints the same as JSON', async () => {
    expect(await runJson(['validate', 'bad.yaml'], { cwd })).toEqual({
      ok: false,
      file: 'bad.yaml',
      monitors: 1,
      problems: [
        {
          file: 'bad.yaml',
          line: 4,
          column: 5,
          path: 'monitors.0.intervall',
          message: 'unknown key "intervall"',
          suggestion: 'interval',
          severity: 'error',
        },
      ],
    });
    expect(await runJson(['validate', 'good.yaml'], { cwd })).toMatchObject({
      ok: true,
      monitors: 2,
      problems: [{ severity: 'warning', line: 3 }],
    });
  });

  it('reads standard input', async () => {
    const input = readFileSync(join(TESTDATA, 'invalid-missing-url.yaml'), 'utf8');
    const { status, stdout } = await run(['validate', '-'], { cwd, input });
    expect(stdout).toContain('<stdin>:3:5: error: url is missing  (monitors.0.url)');
    expect(status).toBe(3);
    expect((await run(['validate', '-'], { cwd, input: 'version: 1\nmonitors: []\n' })).stdout).toBe(
      '<stdin>: OK, 0 monitors\n',
    );
  });

  it('says where it looked when there is no file', async () => {
    const { status, stderr } = await run(['validate'], { cwd, env: { LONGWATCH_CONFIG: '' } });
    expect(stderr).toMatch(/^error\[config_not_found\]: there is no configuration file; looked for /);
    expect(status).toBe(3);
    expect(await runJson(['validate', 'none.yaml'], { cwd })).toMatchObject({
      ok: false,
      problems: [{ message: 'there is no file none.yaml', line: null }],
    });
  });

  it('has colours where they are asked for, and none in a pipe', async () => {
    const { stdout } = await run(['validate', 'bad.yaml'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: undefined } });
    expect(stdout).toContain('\u001b[31merror:\u001b[39m unknown key');
    expect((await run(['validate', 'bad.yaml'], { cwd, env: { NO_COLOR: undefined } })).stdout).not.toContain('\u001b');
  });

  it('takes one file, not two', async () => {
    const { status, stderr } = await run(['validate', 'good.yaml', '--config', 'bad.yaml'], { cwd });
    expect(stderr).toContain('error[usage]: the file is named twice');
    expect(status).toBe(2);
  });
});

describe('longwatch schema', () => {
  it('prints the JSON Schema', async () => {
    const { status, stdout } = await run(['schema'], { cwd });
    expect(JSON.parse(stdout)).toEqual(configJsonSchema());
    expect(status).toBe(0);
  });
});
