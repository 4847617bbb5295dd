// `npm run image-steps`: carries out the steps of the Dockerfile in a temporary folder, with the Node that runs here and without a
// container engine, then tries the result: version, validate, check, serve with its health check, and a clean stop.
// Not carried out: the base image, installation of system packages, the user and the limits.
import './setup/node-version.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT } from './setup/paths.mjs';
import { nodeHeaders } from './setup/install.mjs';
import { commandExists, runScript, SetupError } from './setup/run.mjs';

/** Folders of the image that the steps name; in each stage they lie below a folder of its own. */
const IMAGE_PATHS = /(?<=^|[\s"'=])\/(app|data|etc\/longwatch|usr\/local\/bin)(?=[/\s"']|$)/g;

/** The instructions of the Dockerfile in order: `{ word, rest }`, continued lines joined. */
function readInstructions() {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ', 1)[0], rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

/** What .dockerignore lets into the build: it names what is let in, and ignores all the rest. */
function allowedInContext(source) {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  return lines.includes(`!${source.split('/')[0]}`);
}

class Image {
  constructor(folder) {
    this.folder = folder;
    this.stages = new Map();
  }

  begin(rest) {
    const name = /\bAS (\S+)$/i.exec(rest)?.[1] ?? 'last';
    this.stage = { root: join(this.folder, name), workdir: '/', env: {} };
    this.stages.set(name, this.stage);
    mkdirSync(join(this.stage.root, 'usr/local/bin'), { recursive: true });
  }

  /** A path of the image as one of this machine. */
  path(path, stage = this.stage) {
    return path.startsWith('/') ? join(stage.root, path) : join(stage.root, stage.workdir, path);
  }

  text(text) {
    return text.replaceAll(IMAGE_PATHS, (path) => join(this.stage.root, path));
  }

  copy(rest) {
    const from = /^--from=(\S+) /.exec(rest);
    const words = rest.slice(from?.[0].length ?? 0).split(/\s+/);
    const target = words.pop();
    for (const source of words) {
      if (from === null && !allowedInContext(source)) throw new SetupError(`.dockerignore keeps ${source} out`);
      const origin = from === null ? join(ROOT, source) : this.path(source, this.stages.get(from[1]));
      const place = target.endsWith('/') ? join(this.path(target), basename(source)) : this.path(target);
      mkdirSync(dirname(place), { recursive: true });
      cpSync(origin, place, { recursive: true, verbatimSymlinks: true });
    }
  }

  run(rest) {
    if (rest.startsWith('apt-get')) return process.stdout.write('      (left out: system packages)\n');
    const command = this.text(rest)
      .replace(/npm_config_nodedir=\S+/, `npm_config_nodedir=${nodeHeaders() ?? ''}`)
      .replace(/\bchown (\S+)/, ': chown $1');
    const result = spawnSync('sh', ['-e', '-c', command], {
      cwd: this.path('.'),
      env: { ...process.env, ...this.stage.env, CFLAGS: '', CXXFLAGS: '' },
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new SetupError(`${result.stdout}${result.stderr}\nfailed: ${command}`);
  }

  apply({ word, rest }) {
    if (word === 'FROM') this.begin(rest);
    else if (word === 'WORKDIR') mkdirSync(this.path((this.stage.workdir = rest)), { recursive: true });
    else if (word === 'COPY') this.copy(rest);
    else if (word === 'RUN') this.run(rest);
    else if (word === 'ENV') for (const [, key, value] of rest.matchAll(/(\w+)=(\S+)/g)) this.stage.env[key] = value;
    else if (word === 'ENTRYPOINT') this.entrypoint = JSON.parse(rest);
    else if (word === 'CMD') this.defaults = JSON.parse(rest);
    else if (word === 'HEALTHCHECK') this.healthcheck = JSON.parse(rest.slice(rest.indexOf('CMD') + 3));
  }

  /** `docker run <image> <args>`, as far as it goes without an engine. */
  start(words, env = {}) {
    const [program, ...args] = words.map((word) => this.text(word));
    const [folders, others] = [{}, { ...this.stage.env, ...env }];
    for (const [key, value] of Object.entries(others)) folders[key] = this.text(value);
    return spawn(program === 'node' ? process.execPath : program, args, {
      cwd: this.path(this.stage.workdir),
      env: { PATH: `${this.path('/usr/local/bin')}:${process.env.PATH}`, HOME: this.folder, ...folders },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

/** The output and the exit status of a process that ends by itself. */
function finished(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, output }));
  });
}

async function expectStatus(title, child, wanted) {
  const { status, output } = await finished(child);
  const ok = status === wanted;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${title}: exit status ${status}\n${ok ? '' : output}`);
  if (!ok) process.exitCode = 1;
}

async function tryServing(image, sample) {
  const env = { LONGWATCH_LISTEN: '127.0.0.1:0', LONGWATCH_CONFIG: sample };
  const server = image.start([...image.entrypoint, ...image.defaults], env);
  const end = finished(server);
  let printed = '';
  server.stdout.on('data', (chunk) => (printed += chunk));
  const deadline = Date.now() + 20_000;
  while (!printed.includes('http://') && Date.now() < deadline && server.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const address = /http:\/\/(\S+:\d+)/.exec(printed)?.[1];
  const check = image.start(image.healthcheck, { ...env, LONGWATCH_LISTEN: address ?? '127.0.0.1:1' });
  await expectStatus(`health check of a server at ${address ?? 'no address'}`, check, 0);
  server.kill('SIGTERM');
  const { status, output } = await end;
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'}  serve ends on SIGTERM: exit status ${status}\n`);
  if (status !== 0) process.stdout.write(output);
  if (status !== 0) process.exitCode = 1;
}

async function tryImage(image) {
  const target = createServer((_, response) => response.end('ok'));
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${target.address().port}/`;
  const run = (...args) => image.start([...image.entrypoint, ...args]);
  const sample = image.path('/etc/longwatch/longwatch.yaml');
  await expectStatus('longwatch --version, by the link on the PATH', image.start(['longwatch', '--version']), 0);
  await expectStatus('check of a good URL', run('check', url), 0);
  await expectStatus('check of a URL that refuses', run('check', 'http://127.0.0.1:1/'), 1);
  if (commandExists('ping')) {
    await expectStatus('check of a host that answers ping', run('check', 'ping://127.0.0.1'), 0);
  }
  await expectStatus('validate of the sample', run('validate', sample), 0);
  await tryServing(image, sample);
  target.close();
  const size = spawnSync('du', ['-sm', image.path('/app')], { encoding: 'utf8' }).stdout.split('\t')[0];
  process.stdout.write(`      /app takes ${size} MB\n`);
}

await runScript(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longwatch-image-'));
  const image = new Image(folder);
  try {
    for (const instruction of readInstructions()) {
      process.stdout.write(`step  ${instruction.word} ${instruction.rest.slice(0, 100)}\n`);
      image.apply(instruction);
    }
    if (!existsSync(image.path('/app'))) throw new SetupError('the last stage has no /app');
    await tryImage(image);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
