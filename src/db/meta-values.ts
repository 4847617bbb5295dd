import { randomBytes } from 'node:crypto';
import type { Database } from './native.ts';

/** What meta `pruned` holds: the last time that history was removed, and why. */
export interface PrunedNote {
  /** When, ms since the epoch. */
  readonly at: number;
  /** `age`: it was older than its retention; `size`: the file was larger than `storage.max_size`. */
  readonly why: 'age' | 'size';
  /** Rows removed in that go, by table. */
  readonly blocks: number;
  readonly hours: number;
  readonly days: number;
  readonly spans: number;
  /** For `size`: results of slots before this one are gone, ms since the epoch; otherwise `null`. */
  readonly resultsBefore: number | null;
}

/** What meta `folded` holds: the last hour that was folded. */
export interface FoldedNote {
  /** When, ms since the epoch. */
  readonly at: number;
  /** The hour since the epoch. */
  readonly hour: number;
  readonly rows: number;
  /** Time of the writer thread, ms, and its longest step. */
  readonly tookMs: number;
  readonly longestStepMs: number;
}

/** A single value of the table `meta`; `undefined` when there is none. */
export function readMeta(database: Database, name: string): string | undefined {
  return database.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck().get(name);
}

/** Puts a single value into the table `meta`, in the place of an older one. */
export function writeMeta(database: Database, name: string, value: string): void {
  database
    .prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, value);
}

/**
 * Says that the table `monitors` is another one from now on: every write to it is followed by this in its transaction. The
 * value names the owner, whom every program that writes notes first, so that one that does not know of it leaves no value
 * that looks like new; and it is never the same twice, also not in a file that was restored.
 */
export function noteMonitorsChanged(database: Database): void {
  const owner = readMeta(database, 'owner') ?? '';
  writeMeta(database, 'monitors_as_of', `${randomBytes(9).toString('base64url')} ${owner}`);
}

/** Which state of the table `monitors` this is: the same as long as nobody writes to it; `undefined` when nobody can say. */
export function monitorsVersionOf(database: Database): string | undefined {
  const version = readMeta(database, 'monitors_as_of');
  const owner = readMeta(database, 'owner');
  return version !== undefined && owner !== undefined && version.endsWith(` ${owner}`) ? version : undefined;
}

/**
 * Says that every result that comes into the journal after the saved head of its monitor lies in a row with it, one interval
 * of the head after the other without a hole, and that this stays so: a head is saved in the transaction of any result that
 * does not. It names the owner, so that it does not hold for what another program writes that knows nothing of it.
 */
export function vouchForHeads(database: Database): void {
  const owner = readMeta(database, 'owner');
  if (owner !== undefined) writeMeta(database, 'heads_lead', owner);
}

/** Whether what {@link vouchForHeads} says holds. */
export function areHeadsVouched(database: Database): boolean {
  const vouched = readMeta(database, 'heads_lead');
  return vouched !== undefined && vouched === readMeta(database, 'owner');
}

/**
 * The seam between blocks and journal: the first hour since the epoch, UTC, that is not folded. Results of hours before it
 * are in `blocks` only, of this one and later ones in `journal` only, whatever else lies there. 0 when nothing is folded.
 */
export function foldedUntilOf(database: Database): number {
  return Number(readMeta(database, 'folded_until') ?? 0);
}

/** The first day since the epoch, UTC, of which `days` has no rows yet: it and later ones are summed from `hours`. */
export function daysUntilOf(database: Database): number {
  return Number(readMeta(database, 'days_until') ?? 0);
}

/** When history was last removed because it was too old, and because the file was too large; `undefined`: never. */
export function prunedNotesOf(database: Database): { readonly age?: PrunedNote; readonly size?: PrunedNote } {
  const age = readMeta(database, 'pruned_age');
  const size = readMeta(database, 'pruned_size');
  return {
    ...(age === undefined ? {} : { age: JSON.parse(age) as PrunedNote }),
    ...(size === undefined ? {} : { size: JSON.parse(size) as PrunedNote }),
  };
}

/** The last hour that was folded; `undefined` when none ever was. */
export function foldedNoteOf(database: Database): FoldedNote | undefined {
  const folded = readMeta(database, 'folded');
  return folded === undefined ? undefined : (JSON.parse(folded) as FoldedNote);
}
