import type { ExportedMonitor, ExportHeader, ExportLine } from '../core/history/export-line.ts';
import { keptOfExported, type ExportedResult } from '../core/history/exported-result.ts';
import { HOUR_MS, hourOf } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { foldedUntilOf, readMeta, writeMeta } from '../db/meta-values.ts';
import type { Database } from '../db/native.ts';
import type { JournalRow } from '../db/schema.ts';
import { FoldedTables } from './folded-tables.ts';
import { HeadTable } from './head-table.ts';
import { GoneHours, ImportedBlocks, type ImportCounts } from './import-blocks.ts';
import { ImportedNames } from './import-monitors.ts';
import { ImportedSpans } from './import-old-spans.ts';
import { advanceSeam } from './import-seam.ts';
import { SpanRebuild } from './import-spans.ts';
import { JournalTable } from './journal-table.ts';

/** What came of an import, counts. */
export interface ImportReport extends Readonly<ImportCounts> {
  /** Monitors that were not known, added as ones that were removed. */
  readonly monitors: number;
  /** Spans of time whose results are not kept any more. */
  readonly spans: number;
  /** Whether requests' trace ids mean the same here as where the results come from. */
  readonly tracesKept: boolean;
}

/**
 * Brings results of an export back into a database that no server uses. All calls within one transaction of the caller. What
 * is there already stays as it is, so importing twice changes nothing; what was added counts as if it had always been there.
 * Folded hours go into blocks and rollups, others into the journal.
 */
export class Importer {
  readonly #database: Database;
  readonly #names: ImportedNames;
  readonly #blocks: ImportedBlocks;
  readonly #journal: JournalTable;
  readonly #rebuild: SpanRebuild;
  readonly #spans: ImportedSpans;
  readonly #foldedUntil: number;
  readonly #counts = { added: 0, duplicates: 0, tooOld: 0 };
  #tracesKept = true;
  #header: ExportHeader | undefined;

  /** `now`: wall-clock time, ms. */
  constructor(database: Database, now: number) {
    this.#database = database;
    const seam = { slot: foldedUntilOf(database) * HOUR_MS };
    const heads = new Map([...new HeadTable(database, { now, seam }).all()].map((head) => [head.monitor, head]));
    const foldedUntil = advanceSeam(database, now);
    this.#foldedUntil = foldedUntil;
    const tables = new FoldedTables(database);
    const gone = new GoneHours(database);
    this.#rebuild = new SpanRebuild({ database, tables, gone, foldedUntil, heads });
    const onAdded = (monitor: number, slot: number): void => this.#rebuild.touch(monitor, slot);
    this.#blocks = new ImportedBlocks({ tables, gone, counts: this.#counts, onAdded, foldedUntil });
    this.#journal = new JournalTable(database);
    this.#names = new ImportedNames(database, now);
    this.#spans = new ImportedSpans(database);
  }

  /** Takes in a line. A fault is worded for a person; the line is then left out. */
  take(line: ExportLine): { readonly fault: string } | undefined {
    switch (line.kind) {
      case 'result':
        return this.#takeResult(line);
      case 'monitor':
        return this.#takeMonitor(line);
      case 'span': {
        const monitor = this.#names.keyOf(line.monitor, HOUR_MS);
        if (typeof monitor !== 'number') return monitor;
        this.#spans.add(monitor, line);
        return undefined;
      }
      case 'export':
        return this.#takeHeader(line);
      case 'end':
        return undefined;
    }
  }

  /** Writes all that waits and brings spans and heads in line. */
  finish(): ImportReport {
    this.#blocks.flush();
    this.#rebuild.finish();
    this.#spans.finish();
    return {
      ...this.#counts,
      monitors: this.#names.added,
      spans: this.#spans.added,
      tracesKept: this.#tracesKept,
    };
  }

  /** Trace ids are made from a seed of the database: with another one they would be ids of other traces. */
  #takeHeader(header: ExportHeader): { readonly fault: string } | undefined {
    if (this.#header !== undefined) return { fault: 'the first line of another export' };
    this.#header = header;
    const seed = readMeta(this.#database, 'trace_seed');
    if (seed === undefined && header.trace_seed !== null) writeMeta(this.#database, 'trace_seed', header.trace_seed);
    else this.#tracesKept = seed === (header.trace_seed ?? seed);
    return undefined;
  }

  #takeMonitor(monitor: ExportedMonitor): { readonly fault: string } | undefined {
    const fault = this.#names.tell(monitor);
    if (fault !== undefined) return fault;
    const key = this.#names.keyOf(monitor.id, monitor.interval_ms);
    if (typeof key === 'number' && monitor.last !== null) this.#spans.tellLast(key, monitor.last);
    return undefined;
  }

  #takeResult(line: ExportedResult): { readonly fault: string } | undefined {
    const kept = keptOfExported(line);
    if ('fault' in kept) return kept;
    const monitor = this.#names.keyOf(line.monitor, line.interval_ms);
    if (typeof monitor !== 'number') return monitor;
    const location = this.#names.locationOf(line.location);
    if (typeof location !== 'number') return location;
    const traced = kept.result.traced && this.#tracesKept && this.#header !== undefined;
    const result: KeptResult = traced === kept.result.traced ? kept.result : { ...kept.result, traced };
    if (hourOf(result.slot) < this.#foldedUntil) {
      this.#blocks.add(monitor, location, result);
      return undefined;
    }
    if (this.#journal.insert(rowOf(result, monitor, location))) {
      this.#counts.added += 1;
      this.#rebuild.touch(monitor, result.slot);
    } else this.#counts.duplicates += 1;
    return undefined;
  }
}

/** Its place in the chain is found when all were added. */
function rowOf(result: KeptResult, monitor: number, location: number): JournalRow {
  return {
    slot: result.slot,
    monitor,
    location,
    interval_ms: result.intervalMs,
    back_ms: null,
    status: result.status,
    reason: result.reason,
    status_code: result.statusCode,
    late_ms: result.lateMs,
    duration_us: result.durationUs,
    dns_us: result.dnsUs,
    connect_us: result.connectUs,
    tls_us: result.tlsUs,
    wait_us: result.waitUs,
    body_us: result.bodyUs,
    message: result.message,
    traced: result.traced ? 1 : null,
    family: result.family,
    attempt: result.attempt > 1 ? result.attempt : null,
  };
}
