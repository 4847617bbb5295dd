import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { REASONS } from '../../src/core/reasons.ts';
import { readProjectFile } from './project.ts';

describe('docs/errors.md', () => {
  const sections = readProjectFile('docs/errors.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ code: /^`([a-z_]+)`$/m.exec(section)?.[1] ?? '', text: section }));

  test('explains every error code once, and no other', () => {
    expect(sections.map(({ code }) => code).toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  });

  test.each(sections)('gives the exit status of $code and says what to do', ({ code, text }) => {
    const known: Readonly<Record<string, { exit: number }>> = ERROR_CODES;
    expect(text).toMatch(new RegExp(`^Exit status ${known[code]?.exit}\\. \\S`, 'm'));
    expect(text).toMatch(/^\*\*What to do:\*\* \S/m);
  });
});

describe('docs/reasons.md', () => {
  test('lists every reason with its blame and its words, and no other', () => {
    const rows = [...readProjectFile('docs/reasons.md').matchAll(/^\| `(\w+)`\s*\| (\w+)\s*\| (.*?)\s*\| .*?\s*\|$/gm)];
    const listed = rows.map(([, reason, blame, text]) => [reason, blame, text]);
    const wanted = Object.entries(REASONS).map(([reason, { blame, text }]) => {
      return [reason, blame === 'target' ? 'target' : 'us', text];
    });
    expect(listed).toEqual(wanted);
  });

  test('says of every reason what to look at', () => {
    const rows = readProjectFile('docs/reasons.md').matchAll(/^\| `(\w+)`.*\| (.*?)\s*\|$/gm);
    expect([...rows].filter(([, , look]) => (look ?? '').length < 10)).toEqual([]);
  });
});
