import { DamagedHistory } from '../core/history/damaged-history.ts';
import { hourOf } from '../core/history/history-key.ts';
import type { KeptResult } from '../core/history/kept-result.ts';
import { joinVerdicts, type Verdict } from '../core/status-machine.ts';
import { keptOfJournalRow } from '../db/journal-result.ts';
import type { JournalRow } from '../db/schema.ts';
import { dayOfHour, rollupOf, type BlockPlace, type FoldedTables } from './folded-tables.ts';
import type { Seam } from './seam.ts';

/** What late results are merged into. */
export interface LateBlocksDeps {
  readonly tables: FoldedTables;
  readonly seam: Seam;
  /** Whether a block that is not there was there once: what it held is not known, so nothing can be added to it. */
  readonly isGone: (place: BlockPlace, slot: number) => boolean;
}

/** One hour of one monitor, unpacked. */
interface OpenHour {
  readonly hour: number;
  readonly monitor: number;
  readonly byLocation: Map<number, KeptResult[]>;
  /** A block cannot be read: nothing may be added, and what lies in it is left to whoever can save it. */
  readonly damaged: boolean;
  /** Locations whose block has to be written. */
  readonly changed: Set<number>;
}

/**
 * Folded hours that one transaction looks into and changes, each unpacked and packed once however many results come for
 * it. Nothing of it outlives the transaction.
 */
export class LateBlocks {
  readonly #deps: LateBlocksDeps;
  readonly #open = new Map<number, Map<number, OpenHour>>();

  constructor(deps: LateBlocksDeps) {
    this.#deps = deps;
  }

  /** Merges a result into its block, unless it is there already or its block is gone for its age. */
  add(row: JournalRow): 'recorded' | 'duplicates' | 'ignored' {
    const { slot, monitor, location } = row;
    const open = this.#hour(hourOf(slot), monitor);
    if (open.damaged) return 'ignored';
    const results = open.byLocation.get(location);
    if (results?.some((result) => result.slot === slot) === true) return 'duplicates';
    const place = { hour: open.hour, monitor, location };
    if (results === undefined && this.#deps.isGone(place, slot)) return 'ignored';
    const after = results?.findIndex((result) => result.slot > slot) ?? -1;
    const merged = [...(results ?? [])];
    merged.splice(after < 0 ? merged.length : after, 0, keptOfJournalRow(row));
    open.byLocation.set(location, merged);
    open.changed.add(location);
    return 'recorded';
  }

  /** What all locations said about each slot of an hour, in order of slot; of an hour that is not folded nothing. */
  verdicts(hour: number, monitor: number): Verdict[] {
    if (hour >= this.#deps.seam.foldedUntil) return [];
    const bySlot = new Map<number, Verdict>();
    for (const results of this.#hour(hour, monitor).byLocation.values()) {
      for (const { slot, intervalMs: interval, status, reason } of results) {
        const verdict = { slot, interval, status, reason };
        const known = bySlot.get(slot);
        bySlot.set(slot, known === undefined ? verdict : joinVerdicts(known, verdict));
      }
    }
    return [...bySlot.values()].sort((one, other) => one.slot - other.slot);
  }

  /** Writes what was changed; the last call before the transaction is committed. */
  write(): void {
    const { tables, seam } = this.#deps;
    for (const hours of this.#open.values()) {
      for (const { hour, monitor, byLocation, changed } of hours.values()) {
        for (const location of changed) {
          const results = byLocation.get(location) ?? [];
          const place = { hour, monitor, location };
          tables.putBlock(place, results);
          // Also while the rollups of its day are being written: they may have been already.
          const isDayOver = dayOfHour(hour).day < dayOfHour(seam.foldedUntil).day;
          if (isDayOver) tables.putLateRollup(place, rollupOf(results));
          else tables.putRollup(place, rollupOf(results));
        }
      }
    }
  }

  #hour(hour: number, monitor: number): OpenHour {
    const hours = this.#open.get(monitor) ?? new Map<number, OpenHour>();
    this.#open.set(monitor, hours);
    const known = hours.get(hour);
    if (known !== undefined) return known;
    const byLocation = this.#read(hour, monitor);
    const changed = new Set<number>();
    const open = { hour, monitor, byLocation: byLocation ?? new Map(), damaged: byLocation === undefined, changed };
    hours.set(hour, open);
    return open;
  }

  #read(hour: number, monitor: number): Map<number, KeptResult[]> | undefined {
    try {
      return this.#deps.tables.resultsOf(hour, monitor);
    } catch (thrown) {
      if (thrown instanceof DamagedHistory) return undefined;
      throw thrown;
    }
  }
}
