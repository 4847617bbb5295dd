import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderProblems } from '../../src/config/problem.ts';
import { monitorToInput } from '../../src/core/monitor/parse.ts';
import { ENV, FOLDER, check, configurations } from './configurations.ts';

describe('a configuration that is wrong', () => {
  it.each(configurations('invalid-'))('%s is refused with every problem and its place', (name) => {
    const { settings, problems } = check(`${name}.yaml`);
    expect(settings).toBeNull();
    expect(`${renderProblems(problems)}\n`).toBe(readFileSync(join(FOLDER, `${name}.txt`), 'utf8'));
  });

  it.each(configurations('invalid-'))('%s is described without any value that came from a variable', (name) => {
    const { problems } = check(`${name}.yaml`);
    const written = readFileSync(join(FOLDER, `${name}.yaml`), 'latin1');
    const hidden = [ENV.TEST_SECRET, 'correct-horse', 'hunter22'].filter((secret) => !written.includes(secret));
    const text = JSON.stringify(problems);
    expect(hidden.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it.each(configurations('invalid-'))('%s is described in words for people', (name) => {
    for (const { message } of check(`${name}.yaml`).problems) {
      expect(message).not.toMatch(/Invalid input|expected \w+, received|undefined|NaN|\[object/);
    }
  });
});

describe('a configuration that is right', () => {
  it.each(configurations('valid-'))('%s is read as it says', (name) => {
    const { settings, problems } = check(`${name}.yaml`);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const path = settings === null ? '' : relative(FOLDER, settings.storage.path);
    const shown = {
      ...settings,
      file: `${name}.yaml`,
      storage: { path: path.startsWith('..') ? '(absolute)' : path },
      // As a person would write them: what a default is, is another test's matter.
      monitors: settings?.monitors.map(monitorToInput),
    };
    expect(shown).toEqual(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
  });
});
