import { closest } from '../core/closest.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/native.ts';
import type { MonitorRow } from '../db/schema.ts';

/**
 * The monitors that are configured now, in the order in which they were first seen; or the one asked for, which may also
 * be one that was removed, because its history is still there. Throws `monitor_not_found` with the id that was probably meant.
 */
export function knownMonitors(database: Database, id: string | undefined): MonitorRow[] {
  if (id === undefined) return configuredMonitors(database);
  const row = database.prepare<[string], MonitorRow>('SELECT * FROM monitors WHERE id = ?').get(id);
  if (row !== undefined) return [row];
  throw monitorNotFound(id, database.prepare<[], string>('SELECT id FROM monitors').pluck().all());
}

/** The error for an id that no monitor has. */
export function monitorNotFound(id: string, known: readonly string[]): AppError {
  const meant = closest(id, known);
  const hint = meant === undefined ? '"longwatch ls" lists the monitors.' : `Did you mean "${meant}"?`;
  return new AppError('monitor_not_found', `there is no monitor "${id}"`, { hint });
}

function configuredMonitors(database: Database): MonitorRow[] {
  // As one text of JSON, which for thousands of rows is read in half the time that the driver takes for them.
  const text = database
    .prepare<[], string>(
      `SELECT json_group_array(json_array(key, id, name, type, target, group_name, tags, enabled, interval_ms, timeout_ms,
         created_at, slo_target, slo_window_ms, retention, rules, depends_on, severity))
       FROM monitors WHERE removed_at IS NULL`,
    )
    .pluck()
    .get();
  const rows = (JSON.parse(text ?? '[]') as MonitorTuple[]).sort(([one], [other]) => one - other);
  return rows.map(
    ([
      key,
      id,
      name,
      type,
      target,
      group_name,
      tags,
      enabled,
      interval_ms,
      timeout_ms,
      created_at,
      slo_target,
      slo_window_ms,
      retention,
      rules,
      depends_on,
      severity,
    ]): MonitorRow => {
      const removed_at = null;
      return {
        key,
        id,
        name,
        type,
        target,
        group_name,
        tags,
        enabled,
        interval_ms,
        timeout_ms,
        created_at,
        removed_at,
        slo_target,
        slo_window_ms,
        retention,
        rules,
        depends_on,
        severity,
      };
    },
  );
}

type MonitorTuple = [
  key: number,
  id: string,
  name: string,
  type: string,
  target: string,
  group_name: string | null,
  tags: string,
  enabled: number,
  interval_ms: number,
  timeout_ms: number,
  created_at: number,
  slo_target: number | null,
  slo_window_ms: number | null,
  retention: string | null,
  rules: MonitorRow['rules'],
  depends_on: MonitorRow['depends_on'],
  severity: MonitorRow['severity'],
];
