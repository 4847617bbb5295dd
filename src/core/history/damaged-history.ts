/** What is kept packed. */
export type Packed = 'block' | 'rollup';

/** Packed history that cannot be read: changed by a fault of the disk or of a program, or written by a newer version. */
export class DamagedHistory extends Error {
  constructor(what: Packed, why: string) {
    super(`the ${what} is damaged: ${why}`);
    this.name = 'DamagedHistory';
  }
}
