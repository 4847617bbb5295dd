// `npm run bench -- <name> [options]`: runs bench/<name>.ts on a checkout that it makes ready first.
import './setup/node-version.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';
import { ensureReady } from './setup/ready.mjs';
import { runScript, SetupError } from './setup/run.mjs';

const BENCH = join(ROOT, 'bench');

/** Benches are the files that bench/ holds itself; what they share lies in folders below it. */
function benches() {
  return readdirSync(BENCH)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .toSorted();
}

/** The first sentence of the comment a bench begins with. */
function purpose(name) {
  const opening = readFileSync(join(BENCH, `${name}.ts`), 'utf8').match(/^\s*(?:\/\*\*?([^]*?)\*\/|((?:\/\/.*\n)+))/);
  const text = (opening?.[1] ?? opening?.[2] ?? '')
    .replaceAll(/^\s*(?:\*|\/\/)/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text.split(/(?<=\.)\s/)[0] ?? '';
}

await runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name.startsWith('-')) {
    process.stdout.write('Usage: npm run bench -- <name> [--json]\n\n');
    for (const bench of benches()) process.stdout.write(`  ${bench.padEnd(12)} ${purpose(bench)}\n`);
    process.exitCode = name === undefined || name === '--help' || name === '-h' ? 0 : 2;
    return;
  }
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(join(BENCH, `${name}.ts`))) {
    throw new SetupError(`There is no bench "${name}". There are: ${benches().join(', ') || 'none'}`);
  }
  await ensureReady();
  const command = ['--import', 'tsx', join('bench', `${name}.ts`), ...args];
  const result = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
});
