import { errorCode, toError } from '../../core/errors.ts';
import type { Database } from '../../db/native.ts';

/** Something that is not as it must be. */
export interface Problem {
  /** What it was found in: `pages`, or the name of a table. */
  readonly where: string;
  readonly what: string;
}

/** What an inspection has to work with. */
export interface Ground {
  readonly database: Database;
  /** The first hour that is not folded. */
  readonly seam: number;
  /** The first day that is not closed. */
  readonly daysUntil: number;
  /** Keys of the monitors and locations there are. */
  readonly monitors: ReadonlySet<number>;
  readonly locations: ReadonlySet<number>;
}

/** More problems of one part than this are only counted. */
const MOST_TOLD = 10;

/** What was found so far. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly notes: string[] = [];
  /** Problems that are not told one by one. */
  untold = 0;
  readonly #told = new Map<string, number>();
  readonly #onProgress: (where: string, looked: number) => void;

  constructor(onProgress: (where: string, looked: number) => void) {
    this.#onProgress = onProgress;
  }

  add(where: string, what: string): void {
    const told = this.#told.get(where) ?? 0;
    this.#told.set(where, told + 1);
    if (told < MOST_TOLD) this.problems.push({ where, what });
    else this.untold += 1;
  }

  /** Something worth saying that is in order. */
  note(what: string): void {
    this.notes.push(what);
  }

  /** Says how many rows were looked at. */
  progress(where: string, looked: number): void {
    this.#onProgress(where, looked);
  }

  /** Looks at one part. A page that cannot be read is a finding and does not keep the other parts from being looked at. */
  inspect(where: string, look: () => void): void {
    this.progress(where, 0);
    try {
      look();
    } catch (thrown) {
      if (errorCode(thrown)?.startsWith('SQLITE_') !== true) throw thrown;
      this.add(where, `cannot be read to its end: ${toError(thrown).message}`);
    }
  }
}

/** Rows of a table of packed history in order of key, some at a time. */
export function* packedRows(
  database: Database,
  table: 'blocks' | 'hours' | 'days',
): Generator<{ readonly key: number; readonly data: Buffer }> {
  const page = database.prepare<[number], { key: number; data: Buffer }>(
    `SELECT key, data FROM ${table} WHERE key > ? ORDER BY key LIMIT 100`,
  );
  for (let last = -1; ;) {
    const rows = page.all(last);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.key;
  }
}
