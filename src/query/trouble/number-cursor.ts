import { AppError } from '../../core/errors.ts';

/** A cursor of a list that is ordered by numbers, the highest first: the last number that was given out. */
export function writeNumberCursor(number: number | undefined): string | null {
  return number === undefined ? null : Buffer.from(`n${number}`).toString('base64url');
}

/** Reads it. Throws `bad_request` for a cursor that is none. */
export function readNumberCursor(cursor: string): number {
  const match = /^n(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match !== null) return Number(match[1]);
  throw new AppError('bad_request', 'the cursor is not one that was given out', {
    hint: 'Pass next_cursor of the answer before, unchanged.',
  });
}
