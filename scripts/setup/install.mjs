import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from './paths.mjs';
import { startProgress } from './progress.mjs';
import { commandExists, runQuietly, SetupError } from './run.mjs';
import { installSystemPackages } from './system-packages.mjs';

const LOCK_FILE = join(ROOT, 'package-lock.json');
/** npm's own record of what it put into node_modules, written last. */
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');
/** Ours: for which lock file and which Node the installed packages were last found good. */
const STAMP = join(ROOT, 'node_modules/.longwatch-setup.json');

/** Whether node_modules is known to be what the lock file asks for, built for the Node that runs now. */
export function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (readText(STAMP) === stampText()) return true;
  if (!holdsLockedVersions() || !nativeModuleLoads()) return false;
  writeStamp();
  return true;
}

/**
 * Installs what the lock file asks for. `quickCompile` trades the speed of a compiled SQLite for the time to compile
 * it (tests and CI). Installs a compiler first where one is needed, missing and may be installed.
 */
export async function install({ quickCompile = false } = {}) {
  const rebuild = existsSync(INSTALLED) && holdsLockedVersions();
  const args = rebuild ? ['rebuild', 'better-sqlite3'] : ['ci', '--include=dev', '--include=optional'];
  const title = rebuild ? `Building SQLite for Node ${process.versions.node}` : 'Installing packages';
  let result = await runNpm(args, title, quickCompile);
  if (result.status !== 0 && result.signal === null && !hasCompiler()) {
    await installSystemPackages('compiler', 'SQLite must be compiled here.');
    result = await runNpm(args, title, quickCompile);
  }
  if (result.status !== 0) {
    const ended = result.signal === null ? `failed with exit status ${result.status}` : `was ended by ${result.signal}`;
    throw new SetupError(
      `${usefulLines(result.tail)}\n\nnpm ${args[0]} ${ended}; the whole log is in ${result.logPath}`,
    );
  }
  if (!nativeModuleLoads()) {
    throw new SetupError(
      'The packages are installed, but better-sqlite3 cannot be loaded: its install script was probably not run.\n' +
        'Try: npm rebuild better-sqlite3 --ignore-scripts=false --foreground-scripts',
    );
  }
  writeStamp();
}

async function runNpm(args, title, quickCompile) {
  const progress = startProgress(title);
  const watch = describeNpmLine(progress.update);
  const { command, prefix } = npmCommand();
  const options = ['--no-audit', '--no-fund', '--no-progress', '--foreground-scripts', '--loglevel=http'];
  const result = await runQuietly(command, [...prefix, ...args, ...options], {
    log: 'install',
    env: npmEnvironment(quickCompile),
    onLine: watch,
  });
  if (result.status === 0) progress.done('installed packages');
  else progress.fail(`${title} failed`);
  return result;
}

/** Turns what npm prints into a few words on what it is at. */
function describeNpmLine(update) {
  let fetched = 0;
  return (line) => {
    if (/^npm http (?:fetch|cache) /.test(line)) update(`${(fetched += 1)} fetched`);
    else if (line.startsWith('> better-sqlite3@')) update('preparing SQLite');
    else if (/\b(?:CC|CXX)\(target\)/.test(line)) update('compiling SQLite, once, a minute or two');
  };
}

/** The npm that runs this script, else the one on the PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && basename(cli) === 'npm-cli.js') return { command: process.execPath, prefix: [cli] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', prefix: [] };
}

function npmEnvironment(quickCompile) {
  const env = { JOBS: 'max', ...process.env };
  const headers = nodeHeaders();
  // Also over a setting of the user's: it may point at the headers of another Node, which compile but do not load.
  if (headers !== undefined) env.npm_config_nodedir = headers;
  if (quickCompile) {
    env.CFLAGS = `${env.CFLAGS ?? ''} -O1`.trim();
    env.CXXFLAGS = `${env.CXXFLAGS ?? ''} -O1`.trim();
  }
  return env;
}

/** The prefix of the running Node when its own headers lie there: then nothing has to be downloaded to compile. */
export function nodeHeaders() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const version = readText(join(prefix, 'include/node/node_version.h'));
  const major = version?.match(/#define NODE_MAJOR_VERSION (\d+)/)?.[1];
  return major === process.versions.node.split('.')[0] ? prefix : undefined;
}

function hasCompiler() {
  const python = commandExists('python3') || commandExists('python');
  return python && commandExists('make') && (commandExists('g++') || commandExists('clang++'));
}

function holdsLockedVersions() {
  const wanted = JSON.parse(readFileSync(LOCK_FILE, 'utf8')).packages;
  const present = JSON.parse(readFileSync(INSTALLED, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version;
  });
}

function nativeModuleLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', script], { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

function stampText() {
  const lock = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  return JSON.stringify({ lock, platform: process.platform, arch: process.arch, modules: process.versions.modules });
}

function writeStamp() {
  writeFileSync(STAMP, stampText());
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function usefulLines(tail) {
  return tail.filter((line) => !line.startsWith('npm http ')).join('\n');
}
