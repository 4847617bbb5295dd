// Checks package-lock.json for what makes `npm ci` fail, or depend on one registry, on other machines. Prints each problem; exit
// status 1 when there is one. npm leaves an optional package out of the lock file, silently, when the registry in use
// lacks it at that moment, and `npm ci` then refuses the whole file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';

const packages = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
const problems = [];

/** The entry that `name` is resolved to from the package at `path`: the one in its own folder, else in one above. */
function resolve(path, name) {
  const owners = path === '' ? [] : path.slice('node_modules/'.length).split('/node_modules/');
  for (let depth = owners.length; depth >= 0; depth -= 1) {
    const entry = packages[[...owners.slice(0, depth), name].map((part) => `node_modules/${part}`).join('/')];
    if (entry !== undefined) return entry;
  }
  return undefined;
}

for (const [path, entry] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = resolve(path, name);
    const isExact = /^\d/.test(range);
    if (found === undefined || (isExact && found.version !== range)) {
      problems.push(`${path || 'package.json'} lacks its optional package ${name}@${range}`);
    }
  }
  if (entry.resolved !== undefined) problems.push(`${path} names the address it was downloaded from`);
  if (entry.extraneous === true) problems.push(`${path} belongs to nothing`);
}

for (const problem of problems) process.stdout.write(`package-lock.json: ${problem}\n`);
if (problems.length > 0) {
  process.stdout.write('Pin versions whose optional packages are all there, then run npm install again.\n');
  process.exitCode = 1;
}
