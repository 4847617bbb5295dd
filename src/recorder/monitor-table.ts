import { targetOf } from '../core/monitor/kinds.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { withoutSecrets } from '../core/monitor/public-target.ts';
import type { Database } from '../db/native.ts';

/** What a synchronisation of monitors did, counts. */
export interface SyncReport {
  /** Monitors now watched. */
  readonly watched: number;
  readonly added: number;
  /** Vanished from the configuration; their history stays. */
  readonly retired: number;
  /** Were retired and are back, with their history. */
  readonly returned: number;
  /** Rows added to the outbox: incidents ended of monitors that nobody watches any more. */
  readonly events: number;
}

interface KnownRow {
  readonly key: number;
  readonly id: string;
  readonly removed_at: number | null;
}

/** The configured monitors as the database knows them, and their keys. */
export class MonitorTable {
  readonly #database: Database;
  #keys = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
    this.#load();
  }

  /** The key of a monitor, also of a retired one: a last result may still come. */
  keyOf(id: string): number | undefined {
    return this.#keys.get(id);
  }

  /** Makes the table say what is configured. */
  sync(monitors: readonly Monitor[], secrets: readonly string[], now: number): SyncReport {
    const run = this.#database.transaction(() => this.#sync(monitors, secrets, Math.floor(now)));
    const report = run.immediate();
    this.#load();
    return report;
  }

  #sync(monitors: readonly Monitor[], secrets: readonly string[], now: number): SyncReport {
    const known = new Map(this.#rows().map((row) => [row.id, row]));
    const configured = new Set(monitors.map(({ id }) => id));
    const put = this.#database.prepare(`
      INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at,
        slo_target, slo_window_ms, retention)
      VALUES (@id, @name, @type, @target, @group_name, @tags, @enabled, @interval_ms, @timeout_ms, @now,
        @slo_target, @slo_window_ms, @retention)
      ON CONFLICT (id) DO UPDATE SET name = @name, type = @type, target = @target, group_name = @group_name,
        tags = @tags, enabled = @enabled, interval_ms = @interval_ms, timeout_ms = @timeout_ms, removed_at = NULL,
        slo_target = @slo_target, slo_window_ms = @slo_window_ms, retention = @retention`);
    for (const monitor of monitors) put.run({ ...rowOf(monitor, secrets), now });
    const retire = this.#database.prepare('UPDATE monitors SET removed_at = ? WHERE key = ?');
    const vanished = [...known.values()].filter((row) => row.removed_at === null && !configured.has(row.id));
    for (const row of vanished) retire.run(now, row.key);
    return {
      watched: configured.size,
      added: [...configured].filter((id) => !known.has(id)).length,
      retired: vanished.length,
      returned: [...configured].filter((id) => typeof known.get(id)?.removed_at === 'number').length,
      events: 0,
    };
  }

  #load(): void {
    this.#keys = new Map(this.#rows().map(({ id, key }) => [id, key]));
  }

  #rows(): KnownRow[] {
    return this.#database.prepare<[], KnownRow>('SELECT key, id, removed_at FROM monitors').all();
  }
}

function rowOf(monitor: Monitor, secrets: readonly string[]): Record<string, string | number | null> {
  return {
    id: monitor.id,
    name: monitor.name,
    type: monitor.type,
    target: withoutSecrets(targetOf(monitor), secrets),
    group_name: monitor.group,
    tags: JSON.stringify(monitor.tags),
    enabled: monitor.enabled ? 1 : 0,
    interval_ms: monitor.interval,
    timeout_ms: monitor.timeout,
    slo_target: monitor.slo?.target ?? null,
    slo_window_ms: monitor.slo?.window ?? null,
    retention: monitor.retention === null ? null : JSON.stringify(monitor.retention),
  };
}
