import type { Objective, GroupSettings } from '../../src/core/history/objective.ts';
import type { Counted } from '../../src/core/counted-spans.ts';
import { spansOf } from '../../src/core/spans.ts';
import type { Status } from '../../src/core/status.ts';
import type { Verdict } from '../../src/core/status-machine.ts';
import { standsUntil, type TimeRange } from '../../src/core/uptime.ts';
import type { Database } from '../../src/db/native.ts';

/** A monitor and the verdicts that were reached about it, in order of slot. */
export interface Watched {
  readonly id: string;
  readonly verdicts: readonly Verdict[];
  readonly group?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  readonly removedAt?: number;
  readonly slo?: Objective;
  /** When it was in maintenance; each stretch by a plan of its own. */
  readonly maintenance?: readonly TimeRange[];
}

export const TIMEOUT = 10_000;

/** Puts monitors into a database with the spans and heads that their verdicts add up to, and nothing else. */
export function addWatched(database: Database, watched: readonly Watched[]): void {
  const addMonitor = database.prepare(`
    INSERT INTO monitors (id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms, created_at,
      removed_at, slo_target, slo_window_ms)
    VALUES (?, ?, 'http', 'http://127.0.0.1:9/', ?, ?, ?, ?, ?, 0, ?, ?, ?)`);
  const addSpan = database.prepare('INSERT INTO spans (monitor, start, status, reason) VALUES (?, ?, ?, ?)');
  const addHead = database.prepare(
    'INSERT INTO heads (monitor, slot, interval_ms, status, reason, since) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addPeriod = database.prepare(
    'INSERT INTO maintenance_periods (monitor, start, "end", plan, name) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { id, verdicts, group = null, tags = {}, enabled = true, removedAt = null, ...rest } of watched) {
    const { slo, maintenance = [] } = rest;
    const last = verdicts.at(-1);
    const flags = [JSON.stringify(tags), enabled ? 1 : 0, last?.interval ?? 60_000, TIMEOUT, removedAt];
    const objective = [slo?.target ?? null, slo?.window ?? null];
    const key = addMonitor.run(id, id, group, ...flags, ...objective).lastInsertRowid;
    for (const [index, { from, to }] of maintenance.entries()) addPeriod.run(key, from, to, `plan-${index}`, 'Patches');
    const spans = spansOf(verdicts);
    for (const { start, status, reason } of spans) addSpan.run(key, start, status, reason);
    if (last === undefined) continue;
    addHead.run(key, last.slot, last.interval, last.status, last.reason, spans.at(-1)?.start);
  }
}

/** Says something of groups as a whole. */
export function addGroups(database: Database, groups: readonly GroupSettings[]): void {
  const add = database.prepare(
    'INSERT INTO group_settings (name, rule, slo_target, slo_window_ms) VALUES (?, ?, ?, ?)',
  );
  for (const { name, rule, objective } of groups) {
    add.run(name, rule, objective?.target ?? null, objective?.window ?? null);
  }
}

/** What stood at a moment, worked out from the verdicts alone: the other way to every figure. */
export function statusAt(verdicts: readonly Verdict[], moment: number, now: number): Status {
  const newest = verdicts.at(-1);
  const current = verdicts.findLast(({ slot }) => slot <= moment);
  if (newest === undefined || current === undefined) return 'unknown';
  if (current === newest && moment >= standsUntil({ ...current, timeout: TIMEOUT }, now)) return 'unknown';
  const next = verdicts.find(({ slot }) => slot > moment);
  const isGap = next !== undefined && next.slot > current.slot + 1.5 * current.interval;
  return isGap && moment >= current.slot + current.interval ? 'unknown' : current.status;
}

/** The same, as it counts in figures: time in maintenance is nothing else. */
export function countedAt(
  { verdicts, maintenance = [] }: Pick<Watched, 'verdicts' | 'maintenance'>,
  moment: number,
  now: number,
): Counted {
  const isMaintenance = maintenance.some(({ from, to }) => from <= moment && moment < to);
  return isMaintenance ? 'maintenance' : statusAt(verdicts, moment, now);
}
