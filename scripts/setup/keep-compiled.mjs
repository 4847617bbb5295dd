import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { runQuietly } from './run.mjs';

/** So many checks, so that whatever a check of a URL needs has been compiled. */
const CHECKS = 200;

/**
 * Has the built `longwatch check` run in a process of its own, and keeps beside it what V8 compiled for that, from which
 * src/cli/longwatch.cts starts. Gives whether that worked: without, the check is right, only slower to start. `dist`: the
 * compiled program.
 */
export async function keepCompiled(dist) {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const base = `127.0.0.1:${server.address().port}`;
    const list = join(dist, 'urls.txt');
    // The last two fail, in the handshake and before.
    const urls = Array.from({ length: CHECKS }, (_, n) => `http://${base}/${n}`);
    const others = [`http://localhost:${server.address().port}/`, `https://${base}/`, 'http://127.0.0.1:1/'];
    writeFileSync(list, [...urls, ...others].join('\n'));
    const log = 'keep-compiled';
    // Whoever builds may want other flags of V8, for which nothing else would be kept.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { status } = await runQuietly(process.execPath, [fileURLToPath(import.meta.url), dist, list], { log, env });
    rmSync(list);
    return status === 0;
  } finally {
    server.close();
  }
}

function answer(path, response) {
  const status = path.endsWith('7') ? 301 : path.endsWith('9') ? 404 : 200;
  response.writeHead(status, status === 301 ? { location: '/' } : {}).end('fine\n');
}

/** The process: checks the list, and at its end writes the file that src/cli/longwatch.cts looks for. */
function checkAndKeep(dist, list) {
  const folder = join(dist, 'cli');
  const program = join(folder, 'longwatch.cjs');
  // What is kept holds for the flags of V8 that it was compiled with, and the program starts with none set. Those it sets
  // later (src/cli/frugality.ts) cannot be taken back on every Node.
  v8.setFlagsFromString = () => {};
  process.argv.splice(1, Infinity, program, 'check', '--file', list);
  const script = createRequire(import.meta.url)(program);
  process.on('exit', () => {
    const kept = script.createCachedData();
    const text = readFileSync(join(folder, 'check-main.cjs'));
    writeFileSync(join(folder, `check-main-${process.version}-${process.arch}.cache`), Buffer.concat([kept, text]));
    // Some of what was checked is Bad.
    process.exitCode = 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) checkAndKeep(process.argv[2], process.argv[3]);
