import { createHash } from 'node:crypto';
import type { ProbedMonitor, MonitorVersion } from '../core/monitor/monitor.ts';

/** Where a worker finds what a check's monitor is. The server publishes; workers look up by id and version. */
export interface Definitions {
  /** Replaces all definitions by these. Resolves when workers can find them. */
  publish(monitors: readonly ProbedMonitor[]): Promise<void>;
  /** The version last published under this id; `undefined` for an unknown id. */
  versionOf(id: string): MonitorVersion | undefined;
  /** The definition with exactly this version; `undefined` when it is not there (any more). */
  find(id: string, version: MonitorVersion): Promise<ProbedMonitor | undefined>;
}

/** Definitions for workers in the process of the server. */
export class LocalDefinitions implements Definitions {
  #byId = new Map<string, { version: MonitorVersion; monitor: ProbedMonitor }>();

  publish(monitors: readonly ProbedMonitor[]): Promise<void> {
    this.#byId = new Map(monitors.map((monitor) => [monitor.id, { version: versionOf(monitor), monitor }]));
    return Promise.resolve();
  }

  versionOf(id: string): MonitorVersion | undefined {
    return this.#byId.get(id)?.version;
  }

  find(id: string, version: MonitorVersion): Promise<ProbedMonitor | undefined> {
    const entry = this.#byId.get(id);
    return Promise.resolve(entry?.version === version ? entry.monitor : undefined);
  }
}

function versionOf(monitor: ProbedMonitor): MonitorVersion {
  return createHash('sha256').update(JSON.stringify(monitor)).digest('base64url').slice(0, 11);
}
