import { targetOf } from '../core/monitor/kinds.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { withoutSecrets } from '../core/monitor/public-target.ts';
import { rulesOf } from '../core/monitor/rules.ts';
import type { Severity } from '../core/trouble/event.ts';
import { USUAL_RULES, type TroubleRules } from '../core/trouble/rules.ts';
import { noteMonitorsChanged } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';

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

type KnownRow = Pick<MonitorRow, 'key' | 'id' | 'removed_at' | 'enabled' | 'rules' | 'severity'>;

/** What recording a result asks of its monitor. */
export interface WatchedMonitor {
  readonly id: string;
  readonly rules: TroubleRules;
  readonly severity: Severity;
  /** Whether it is in the configuration and switched on. */
  readonly isWatched: boolean;
  readonly isRemoved: boolean;
}

/** The configured monitors as the database knows them, and their keys. */
export class MonitorTable {
  readonly #database: Database;
  #keys = new Map<string, number>();
  #watched = new Map<number, WatchedMonitor>();

  constructor(database: Database) {
    this.#database = database;
    this.reload();
  }

  /** The key of a monitor, also of a retired one: a last result may still come. */
  keyOf(id: string): number | undefined {
    return this.#keys.get(id);
  }

  /** What is known of the monitor with a key, also of a retired one. */
  withKey(key: number): WatchedMonitor | undefined {
    return this.#watched.get(key);
  }

  /** Those that are configured no more or are switched off, and their keys. */
  unwatched(): readonly (readonly [number, WatchedMonitor])[] {
    return [...this.#watched].filter(([, { isWatched }]) => !isWatched);
  }

  /** Makes the table say what is configured. */
  sync(monitors: readonly Monitor[], secrets: readonly string[], now: number): SyncReport {
    const run = this.#database.transaction(() => this.#sync(monitors, secrets, Math.floor(now)));
    const report = run.immediate();
    this.reload();
    return report;
  }

  #sync(monitors: readonly Monitor[], secrets: readonly string[], now: number): SyncReport {
    const known = new Map(this.#rows().map((row) => [row.id, row]));
    const configured = new Set(monitors.map(({ id }) => id));
    const put = this.#database.prepare(`
      INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at,
        slo_target, slo_window_ms, retention, rules, depends_on, severity)
      VALUES (@id, @name, @type, @target, @group_name, @tags, @enabled, @interval_ms, @timeout_ms, @now,
        @slo_target, @slo_window_ms, @retention, @rules, @depends_on, @severity)
      ON CONFLICT (id) DO UPDATE SET name = @name, type = @type, target = @target, group_name = @group_name,
        tags = @tags, enabled = @enabled, interval_ms = @interval_ms, timeout_ms = @timeout_ms, removed_at = NULL,
        slo_target = @slo_target, slo_window_ms = @slo_window_ms, retention = @retention,
        rules = @rules, depends_on = @depends_on, severity = @severity`);
    for (const monitor of monitors) put.run({ ...rowOf(monitor, secrets), now });
    const retire = this.#database.prepare('UPDATE monitors SET removed_at = ? WHERE key = ?');
    const vanished = [...known.values()].filter((row) => row.removed_at === null && !configured.has(row.id));
    for (const row of vanished) retire.run(now, row.key);
    noteMonitorsChanged(this.#database);
    return {
      watched: configured.size,
      added: [...configured].filter((id) => !known.has(id)).length,
      retired: vanished.length,
      returned: [...configured].filter((id) => typeof known.get(id)?.removed_at === 'number').length,
      events: 0,
    };
  }

  /** Reads what is committed: a transaction that failed may have changed it. */
  reload(): void {
    const rows = this.#rows();
    this.#keys = new Map(rows.map(({ id, key }) => [id, key]));
    this.#watched = new Map(rows.map((row) => [row.key, watchedOf(row)]));
  }

  #rows(): KnownRow[] {
    return this.#database
      .prepare<[], KnownRow>('SELECT key, id, removed_at, enabled, rules, severity FROM monitors')
      .all();
  }
}

function watchedOf({ id, rules, severity, enabled, removed_at }: KnownRow): WatchedMonitor {
  return {
    id,
    rules: rules === null ? USUAL_RULES : (JSON.parse(rules) as TroubleRules),
    severity,
    isWatched: removed_at === null && enabled === 1,
    isRemoved: removed_at !== null,
  };
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
    rules: JSON.stringify(rulesOf(monitor)),
    depends_on: monitor.depends_on.length === 0 ? null : JSON.stringify(monitor.depends_on),
    severity: monitor.severity,
  };
}
