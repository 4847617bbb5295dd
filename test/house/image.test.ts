import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, readProjectFile } from './project.ts';

const dockerfile = readProjectFile('Dockerfile');
const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** What the Dockerfile copies from the checkout. */
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
  ([, sources]) => sources?.split(' ') ?? [],
);

describe('Dockerfile', () => {
  test('copies only what is there and what .dockerignore lets in', () => {
    const letIn = readProjectFile('.dockerignore').split('\n');
    expect(copied).not.toEqual([]);
    expect(copied.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(copied.filter((source) => !letIn.includes(`!${source}`))).toEqual([]);
  });

  test('builds with everything that npm run build reads', () => {
    expect(copied).toEqual(
      expect.arrayContaining(['package-lock.json', '.npmrc', 'tsconfig.build.json', 'scripts', 'src']),
    );
  });

  test('runs as a user other than root, named by number, with its data in a volume', () => {
    expect(lastStage).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(lastStage).toMatch(/^VOLUME \/data$/m);
  });

  test('starts the program directly, so that signals reach it, and asks it for its health', () => {
    expect(lastStage).toMatch(/^ENTRYPOINT \["node", "\/app\/dist\/cli\/longwatch\.cjs"\]$/m);
    expect(lastStage).toMatch(/^HEALTHCHECK .*CMD \["node", "\/app\/dist\/cli\/longwatch\.cjs", "healthcheck"\]$/m);
  });
});
