import { closeSync, openSync, readSync } from 'node:fs';

/** The header of the index of the WAL, as sqlite3's walformat says: the page size at 14, the number of frames at 16. */
const HEADER_BYTES = 48;
const FRAME_HEADER_BYTES = 24;

/** Counts what is written to the WAL of a database. Look after each transaction, because the WAL begins anew now and then. */
export class WalMeter {
  readonly #file: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #frames = 0;
  #seen: number;
  #pageBytes = 0;

  /** The database must have been written to. */
  constructor(database: string) {
    this.#file = openSync(`${database}-shm`, 'r');
    this.#seen = this.#read();
  }

  get bytes(): number {
    return this.#frames * (this.#pageBytes + FRAME_HEADER_BYTES);
  }

  look(): void {
    const frames = this.#read();
    this.#frames += frames >= this.#seen ? frames - this.#seen : frames;
    this.#seen = frames;
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(): number {
    readSync(this.#file, this.#header, 0, HEADER_BYTES, 0);
    // The format is that of the machine.
    this.#pageBytes = this.#header.readUInt16LE(14);
    return this.#header.readUInt32LE(16);
  }
}
