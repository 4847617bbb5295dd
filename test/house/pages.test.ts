import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { ROOT, pages, readProjectFile } from './project.ts';

/** The anchor that a heading gets on the usual hosts. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function anchorsOf(page: string): Set<string> {
  return new Set([...readProjectFile(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading ?? '')));
}

/** Links of a page to other places of the project that lead nowhere. */
function deadLinks(page: string): string[] {
  const text = readProjectFile(page).replaceAll(/^```[^]*?^```/gm, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  return links.filter((link) => {
    if (/^[a-z]+:/i.test(link)) return false;
    const [path, fragment] = link.split('#');
    const target = path === '' || path === undefined ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, target))) return true;
    return fragment !== undefined && target.endsWith('.md') && !anchorsOf(target).has(fragment);
  });
}

/** The commands of the program that stand in code, in blocks at the beginning of a line and in `longwatch …` spans. */
function namedCommands(page: string): string[] {
  const text = readProjectFile(page);
  const blocks = [...text.matchAll(/^```(?:sh|bash|console|shell)?\n([^]*?)^```/gm)].map(([, block]) => block).join('');
  const inBlocks = blocks.matchAll(/^(?:\$ )?(?:npx )?longwatch ([a-z-]+)/gm);
  const inText = text.matchAll(/`(?:npx )?longwatch ([a-z][a-z-]*)/g);
  return [...inBlocks, ...inText].map(([, command]) => command ?? '');
}

/** The scripts that a page tells to run with npm. */
function namedScripts(page: string): string[] {
  const text = readProjectFile(page);
  const runs = [...text.matchAll(/\bnpm run ([a-z-]+)/g)].map(([, name]) => name ?? '');
  return [...runs, ...[...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name ?? '')];
}

describe.each(pages())('%s', (page) => {
  test('links to nothing that is not there', () => {
    expect(deadLinks(page)).toEqual([]);
  });

  test('names only commands that the program has', () => {
    const known = new Set(['help', ...buildProgram().commands.map((command) => command.name())]);
    expect(namedCommands(page).filter((name) => !known.has(name))).toEqual([]);
  });

  test('names only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Readonly<Record<string, string>> };
    expect(namedScripts(page).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
