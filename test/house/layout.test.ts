import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/core/version.ts';
import { ROOT, projectFiles, readProjectFile } from './project.ts';

const MOST_CODE_LINES = 300;
const BANNED = /(?:^|-)(?:utils?|helpers?|managers?|services?|common|misc|shared|stuff)(?:-|$)/;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.config|\.d)?\.(?:ts|mjs)$/;

/** Lines that are neither empty nor comment alone. */
function codeLines(path: string): number {
  const text = readProjectFile(path).replaceAll(/^\s*\/\*[^]*?\*\/\s*$/gm, '');
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

const sources = [...projectFiles('src', '.ts'), ...projectFiles('scripts', '.mjs'), ...projectFiles('bench', '.ts')];
const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, 'src', entry.name)))
  .filter((entry) => projectFiles(`src/${entry.name}`, '.ts').length > 0)
  .map((entry) => entry.name);

describe('the layout', () => {
  test(`keeps every source file within ${MOST_CODE_LINES} lines of code`, () => {
    expect(sources.filter((path) => codeLines(path) > MOST_CODE_LINES)).toEqual([]);
  });

  test('names every file after its subject, in kebab-case, and none after nothing in particular', () => {
    const all = [...sources, ...projectFiles('test', '.ts')];
    expect(all.filter((path) => !KEBAB_CASE.test(basename(path)))).toEqual([]);
    const parts = sources.filter((path) => path.split('/').some((part) => BANNED.test(part.replace(/\..*$/, ''))));
    expect(parts).toEqual([]);
  });

  test('keeps the tests of a room in a folder of the same name', () => {
    const known = new Set([...rooms, 'e2e', 'house', 'support', 'targets', 'bench']);
    const folders = readdirSync(join(ROOT, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  test('has the version of package.json in the program', () => {
    expect(JSON.parse(readProjectFile('package.json'))).toMatchObject({ version: VERSION });
  });
});

describe('the import rules', () => {
  interface Override {
    readonly files: readonly string[];
    readonly rules: {
      readonly 'no-restricted-imports'?: readonly [string, { patterns: readonly { regex: string }[] }];
    };
  }
  const { overrides } = JSON.parse(readProjectFile('.oxlintrc.json')) as { overrides: readonly Override[] };
  const rulesOf = (files: string): readonly { regex: string }[] => {
    return (
      overrides.find((override) => override.files.includes(files))?.rules['no-restricted-imports']?.[1].patterns ?? []
    );
  };

  test.each(rooms)('say what %s may import', (room) => {
    expect(rulesOf(`src/${room}/**`)).toHaveLength(2);
  });

  test('know every room: core may import none', () => {
    const [forbidden] = rulesOf('src/core/**').map(({ regex }) => new RegExp(regex));
    const others = rooms.filter((room) => room !== 'core');
    expect(others.filter((room) => forbidden?.test(`../${room}/x.ts`) !== true)).toEqual([]);
  });

  test("use no lookaround, which the linter's engine passes over in silence", () => {
    expect(readProjectFile('.oxlintrc.json')).not.toMatch(/\(\?<?[=!]/);
  });
});
