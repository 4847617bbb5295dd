import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../src/config/settings.ts';
import { renderProblems } from '../../src/config/problem.ts';
import { USUAL_RETENTION, type StorageSettings } from '../../src/core/history/retention.ts';
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

/** What is not as usual, and paths without the place of this checkout. */
function shownStorage({ path, retention, maxSize, backup }: StorageSettings): unknown {
  const shown = (file: string): string => {
    const name = relative(FOLDER, file);
    return name.startsWith('..') ? `(absolute) ${basename(file)}` : name;
  };
  return {
    path: shown(path),
    ...(isDeepStrictEqual(retention, USUAL_RETENTION) ? {} : { retention }),
    ...(maxSize === null ? {} : { maxSize }),
    ...(backup === null ? {} : { backup: { ...backup, folder: shown(backup.folder) } }),
  };
}

/** Sections without what is as in a file that says nothing of it. */
function shownSections(settings: Settings | null): unknown {
  if (settings === null) return null;
  const { settings: usual } = check('valid-no-monitors.yaml');
  const { server, network, channels, notify, ...others } = settings;
  const { references, mass_failure, ...dialling } = network;
  return {
    ...others,
    server: { listen: server.listen, ...unusual(server, usual?.server) },
    network: { ...dialling, ...unusual({ references, mass_failure }, usual?.network) },
    ...unusual({ channels, notify }, usual),
  };
}

function unusual<T extends object>(values: T, usual: Partial<T> | null | undefined): object {
  const entries = Object.entries(values).filter(([key, value]) => !isDeepStrictEqual(value, usual?.[key as keyof T]));
  return Object.fromEntries(entries);
}

describe('a configuration that is right', () => {
  it.each(configurations('valid-'))('%s is read as it says', (name) => {
    const { settings, problems } = check(`${name}.yaml`);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const shown = {
      ...(shownSections(settings) as object),
      file: `${name}.yaml`,
      storage: settings === null ? null : shownStorage(settings.storage),
      // As a person would write them: what a default is, is another test's matter.
      monitors: settings?.monitors.map(monitorToInput),
    };
    expect(shown).toEqual(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')));
  });
});
