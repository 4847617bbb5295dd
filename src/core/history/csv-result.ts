import { exportedResult, type NamedResult } from './exported-result.ts';

const COLUMNS = [
  'monitor',
  'location',
  'slot',
  'interval_ms',
  'status',
  'reason',
  'message',
  'status_code',
  'late_ms',
  'duration_ms',
  'dns_ms',
  'connect_ms',
  'tls_ms',
  'wait_ms',
  'body_ms',
  'ip_version',
  'attempt',
  'trace_id',
] as const;

/** The names of the columns of a result, in CSV and in a plain database. */
export type ResultColumn = (typeof COLUMNS)[number];

/** The columns in their order. */
export const RESULT_COLUMNS: readonly ResultColumn[] = COLUMNS;

/** The values of a result in the order of {@link RESULT_COLUMNS}. */
export function resultColumns(given: NamedResult): (string | number | null)[] {
  const line = exportedResult(given);
  const { dns, connect, tls, wait, body } = line.phases_ms;
  return [
    line.monitor,
    line.location,
    line.slot,
    line.interval_ms,
    line.status,
    line.reason,
    line.message,
    line.status_code,
    line.late_ms,
    line.duration_ms,
    dns,
    connect,
    tls,
    wait,
    body,
    line.ip_version,
    line.attempt,
    line.trace_id,
  ];
}

/** The head of a CSV file (RFC 4180), with its line end. */
export const CSV_HEAD = `${RESULT_COLUMNS.join(',')}\r\n`;

/** One result as a line of CSV (RFC 4180), with its line end. Fields without a value are empty. */
export function csvLine(given: NamedResult): string {
  return `${resultColumns(given).map(csvField).join(',')}\r\n`;
}

/**
 * A field of CSV. Numbers stand as they are. A text that a spreadsheet would take for a formula gets an apostrophe before
 * it (OWASP, "CSV Injection"): messages repeat what targets send, and a target must not run formulas on a desk.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
