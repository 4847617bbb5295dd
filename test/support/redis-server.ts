/**
 * A real redis-server for tests: on a free loopback port, in a directory of its own, saving nothing, and open to every
 * kind of trouble (killed, frozen, restarted empty, flushed).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = 5_000;
const MISSING =
  'redis-server was not found on the PATH: the tests need it. Install it, for example with `apt-get install redis-server` (Debian, Ubuntu) or `brew install redis` (macOS).';

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  /** The process id of the server that runs now, `undefined` while it is down. */
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. What it held is lost. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing is answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Kills the server when it runs and starts an empty one on the same port; resolves when it answers. */
  restart(): Promise<void>;
  /** FLUSHALL. */
  flushAll(): Promise<void>;
  /** Runs one command without spaces in its arguments and gives the raw reply of the protocol (RESP2). */
  command(...words: string[]): Promise<string>;
  /** Ends the server and removes its directory. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a redis-server and waits until it answers PING. `options` are further `--name value` arguments. */
export async function startRedisServer(options: readonly string[] = []): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'longwatch-redis-'));
  try {
    const port = await freePort();
    const server = new SpawnedRedis(port, directory, options);
    await server.start();
    return server;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

class SpawnedRedis implements RedisServer {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly url: string;
  readonly #directory: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  constructor(port: number, directory: string, options: readonly string[]) {
    this.port = port;
    this.url = `redis://${this.host}:${port}`;
    this.#directory = directory;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', this.#arguments(), { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let spawnError: NodeJS.ErrnoException | undefined;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => (spawnError = error));
    this.#child = child;
    process.once('exit', this.#killNow);

    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (spawnError !== undefined) throw new Error(missingOr(spawnError), { cause: spawnError });
      if (child.exitCode !== null) throw new Error(`redis-server ended at once (${child.exitCode}):\n${output}`);
      if (await this.#answersPing()) return;
      await pause(10);
    }
    await this.kill();
    throw new Error(`redis-server did not answer PING within ${START_TIMEOUT_MS} ms:\n${output}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    process.removeListener('exit', this.#killNow);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async flushAll(): Promise<void> {
    const reply = await this.command('FLUSHALL');
    if (!reply.startsWith('+OK')) throw new Error(`FLUSHALL answered ${reply}`);
  }

  command(...words: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, this.host);
      let reply = '';
      socket.setTimeout(COMMAND_TIMEOUT_MS, () => socket.destroy(new Error(`redis-server: no answer to ${words[0]}`)));
      socket.on('connect', () => socket.write(`${words.join(' ')}\r\nQUIT\r\n`));
      socket.on('data', (chunk) => (reply += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(reply.replace(/\+OK\r\n$/, '')));
    });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  readonly #killNow = (): void => {
    this.#child?.kill('SIGKILL');
  };

  #arguments(): string[] {
    const port = String(this.port);
    const durable = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
    return ['--port', port, '--bind', this.host, '--dir', this.#directory, ...durable, ...this.#options];
  }

  async #answersPing(): Promise<boolean> {
    try {
      return (await this.command('PING')).startsWith('+PONG');
    } catch {
      return false;
    }
  }
}

function missingOr(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? MISSING : `redis-server could not be started: ${error.message}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}
