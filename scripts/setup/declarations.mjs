import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a program that imports the package begins with. */
const ENTRY = 'index.d.ts';
/** The types of the driver do not come with the package, and nothing that is exported has any of them in it. */
const DRIVER = join('db', 'native.d.ts');
const NO_DRIVER = `export type Database = unknown;
export type Statement = unknown;
export type SqliteDriver = unknown;
`;

/** Of the compiler's declarations leaves those that describe the package to others. `dist`: the compiled program. */
export function keepDeclarations(dist) {
  writeFileSync(join(dist, DRIVER), NO_DRIVER);
  const kept = reachedFrom(join(dist, ENTRY));
  for (const name of readdirSync(dist, { recursive: true })) {
    const path = join(dist, name);
    if (/\.d\.[cm]?ts$/.test(name) && !kept.has(path)) rmSync(path);
  }
}

/** The declarations that a file needs: those it imports, and what these do. */
function reachedFrom(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.[jt]s['"]/g);
  for (const [, from] of imports) reachedFrom(join(dirname(file), `${from}.d.ts`), found);
  return found;
}
