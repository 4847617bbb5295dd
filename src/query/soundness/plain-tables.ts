import { HOUR_MS } from '../../core/history/history-key.ts';
import { STATUSES, type Status } from '../../core/status.ts';
import { formatMoment } from '../../core/time-window.ts';
import { areHeadsVouched } from '../../db/meta-values.ts';
import type { JournalRow, SpanRow } from '../../db/schema.ts';
import { newestOf } from '../newest.ts';
import type { Findings, Ground } from './inspection.ts';

const ROWS_AT_A_TIME = 2000;
const KNOWN_STATUSES: ReadonlySet<string> = new Set(STATUSES);

/** Looks at the journal: known monitors, known words, and chains that lead from each slot to the one before. */
export function inspectJournal({ database, seam, monitors, locations }: Ground, findings: Findings): void {
  type Row = Pick<JournalRow, 'slot' | 'monitor' | 'location' | 'interval_ms' | 'back_ms' | 'status'>;
  const page = database.prepare<[number, number, number, number], Row>(`
    SELECT slot, monitor, location, interval_ms, back_ms, status FROM journal
    WHERE (slot, monitor, location) > (?, ?, ?) ORDER BY slot, monitor, location LIMIT ?`);
  const previous = new Map<number, { readonly slot: number; readonly before: number | undefined }>();
  let looked = 0;
  let left = 0;
  for (let last: readonly [number, number, number] = [-1, -1, -1]; ;) {
    const rows = page.all(...last, ROWS_AT_A_TIME);
    for (const row of rows) {
      if (!monitors.has(row.monitor) || !locations.has(row.location)) {
        findings.add('journal', `${placeOf(row)} is of a monitor or location that is not known`);
      }
      if (!KNOWN_STATUSES.has(row.status)) findings.add('journal', `${placeOf(row)} has a status that is none`);
      if (row.slot < seam * HOUR_MS) {
        left += 1;
        continue;
      }
      const known = previous.get(row.monitor);
      const before = known?.slot === row.slot ? known.before : known?.slot;
      if (before !== undefined && row.slot - (row.back_ms ?? row.interval_ms) !== before) {
        findings.add('journal', `${placeOf(row)} does not lead to the slot before it`);
      }
      previous.set(row.monitor, { slot: row.slot, before });
    }
    looked += rows.length;
    findings.progress('journal', looked);
    const end = rows.at(-1);
    if (end === undefined) break;
    last = [end.slot, end.monitor, end.location];
  }
  inspectLeading({ database, newest: previous }, findings);
  if (left > 0) findings.note(`${left} rows of the journal are folded and wait to be removed`);
}

/** Looks whether questions find the newest result of each monitor, where they rely on its head for that. */
function inspectLeading(
  {
    database,
    newest,
  }: { readonly database: Ground['database']; readonly newest: ReadonlyMap<number, { readonly slot: number }> },
  findings: Findings,
): void {
  if (!areHeadsVouched(database)) return;
  for (const [monitor, { slot }] of newest) {
    const found = newestOf(database, monitor);
    if (found !== undefined && found.slot >= slot) continue;
    findings.add('heads', `monitor ${monitor}: its head does not lead to its newest result`);
  }
}

/** Looks at spans and heads: neighbours differ, and each head stands at the newest span. */
export function inspectSpans({ database, monitors }: Ground, findings: Findings): void {
  const page = database.prepare<[number, number, number], SpanRow>(
    'SELECT monitor, start, status, reason FROM spans WHERE (monitor, start) > (?, ?) ORDER BY monitor, start LIMIT ?',
  );
  const newest = new Map<number, SpanRow>();
  let looked = 0;
  for (let last: readonly [number, number] = [-1, -1]; ;) {
    const rows = page.all(...last, ROWS_AT_A_TIME);
    for (const row of rows) {
      if (!monitors.has(row.monitor)) findings.add('spans', `one of monitor ${row.monitor}, which is not known`);
      if (!KNOWN_STATUSES.has(row.status)) findings.add('spans', `${placeOfSpan(row)} has a status that is none`);
      if (newest.get(row.monitor)?.status === row.status) {
        findings.add('spans', `${placeOfSpan(row)} is ${row.status}, as the one before it`);
      }
      newest.set(row.monitor, row);
    }
    looked += rows.length;
    findings.progress('spans', looked);
    const end = rows.at(-1);
    if (end === undefined) break;
    last = [end.monitor, end.start];
  }
  inspectHeads({ newest, heads: headsOf(database) }, findings);
}

interface HeadOfSpan {
  readonly monitor: number;
  readonly since: number;
  readonly status: Status;
}

function headsOf(database: Ground['database']): HeadOfSpan[] {
  return database.prepare<[], HeadOfSpan>('SELECT monitor, since, status FROM heads').all();
}

function inspectHeads(
  { newest, heads }: { readonly newest: ReadonlyMap<number, SpanRow>; readonly heads: readonly HeadOfSpan[] },
  findings: Findings,
): void {
  for (const { monitor, since, status } of heads) {
    const span = newest.get(monitor);
    if (span?.start === since && span.status === status) continue;
    findings.add('heads', `monitor ${monitor} does not stand at its newest span`);
  }
}

/** Looks at what names monitors beside results. */
export function inspectReferences({ database }: Ground, findings: Findings): void {
  for (const table of ['heads', 'evidence', 'push_states', 'reports'] as const) {
    findings.inspect(table, () => {
      const strays = database
        .prepare<[], number>(`SELECT count(*) FROM ${table} WHERE monitor NOT IN (SELECT key FROM monitors)`)
        .pluck()
        .get();
      if (strays !== undefined && strays > 0) findings.add(table, `${strays} rows of monitors that are not known`);
    });
  }
}

/** Looks at the single values. */
export function inspectMeta({ seam, daysUntil }: Ground, findings: Findings): void {
  if (!Number.isSafeInteger(seam) || seam < 0) findings.add('meta', 'folded_until is not an hour');
  if (!Number.isSafeInteger(daysUntil) || daysUntil < 0) findings.add('meta', 'days_until is not a day');
  if (daysUntil * 24 > seam) findings.add('meta', 'days_until is later than folded_until');
}

function placeOf({ slot, monitor }: Pick<JournalRow, 'slot' | 'monitor'>): string {
  return `${formatMoment(slot)} of monitor ${monitor}`;
}

function placeOfSpan({ start, monitor }: SpanRow): string {
  return placeOf({ slot: start, monitor });
}
