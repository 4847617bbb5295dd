import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ProbedMonitor, MonitorVersion } from '../core/monitor/monitor.ts';
import type { Definitions } from './definitions.ts';
import { KEY_PREFIX } from './payloads.ts';
import type { Seal } from './seal.ts';

const DEFINITIONS_KEY = `${KEY_PREFIX}:definitions`;
const EPOCH_KEY = `${KEY_PREFIX}:definitions-epoch`;
const CHUNK = 500;

interface Entry {
  readonly version: MonitorVersion;
  readonly monitor: ProbedMonitor;
}

/**
 * Definitions in a Redis hash beside the queues, each sealed under the shared secret and bound to its id and version:
 * a worker needs Redis and the secret, and nothing else.
 */
export class SealedDefinitions implements Definitions {
  readonly #redis: Redis;
  readonly #seal: Seal;
  #published = new Map<string, Entry>();
  readonly #fetched = new Map<string, Entry>();
  #epoch = '';

  constructor(redis: Redis, seal: Seal) {
    this.#redis = redis;
    this.#seal = seal;
  }

  async publish(monitors: readonly ProbedMonitor[]): Promise<void> {
    this.#published = new Map(
      monitors.map((monitor) => [monitor.id, { version: this.#seal.fingerprint(JSON.stringify(monitor)), monitor }]),
    );
    await this.#write();
  }

  /** Writes everything again when Redis no longer holds it (flushed, restarted empty). True when it had to. */
  async restore(): Promise<boolean> {
    if (this.#epoch === '' || (await this.#redis.get(EPOCH_KEY)) === this.#epoch) return false;
    await this.#write();
    return true;
  }

  versionOf(id: string): MonitorVersion | undefined {
    return this.#published.get(id)?.version;
  }

  async find(id: string, version: MonitorVersion): Promise<ProbedMonitor | undefined> {
    const known = this.#published.get(id) ?? this.#fetched.get(id);
    if (known?.version === version) return known.monitor;
    const sealed = await this.#redis.hget(DEFINITIONS_KEY, id);
    if (sealed === null) return undefined;
    const text = this.#seal.open(sealed, contextOf(id, version));
    if (text === undefined) return undefined;
    const monitor = JSON.parse(text) as ProbedMonitor;
    this.#fetched.set(id, { version, monitor });
    return monitor;
  }

  async #write(): Promise<void> {
    // A new epoch first, stored last: a write that breaks off in the middle is found unfinished and done again.
    this.#epoch = randomUUID();
    const entries = [...this.#published.values()];
    for (let from = 0; from < entries.length; from += CHUNK) {
      const fields = entries.slice(from, from + CHUNK).flatMap(({ version, monitor }) => {
        const text = JSON.stringify(monitor);
        return [monitor.id, this.#seal.seal(text, contextOf(monitor.id, version))];
      });
      await this.#redis.hset(DEFINITIONS_KEY, ...fields);
    }
    const stale = (await this.#redis.hkeys(DEFINITIONS_KEY)).filter((id) => !this.#published.has(id));
    for (let from = 0; from < stale.length; from += CHUNK) {
      await this.#redis.hdel(DEFINITIONS_KEY, ...stale.slice(from, from + CHUNK));
    }
    await this.#redis.set(EPOCH_KEY, this.#epoch);
  }
}

function contextOf(id: string, version: MonitorVersion): string {
  return `${id}@${version}`;
}
