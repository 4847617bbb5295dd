import { QuantileSketch, type SketchFigures } from '../quantiles.ts';
import type { BitReader } from './bit-reader.ts';
import type { FigureTable } from './rollup-figures.ts';
import type { Rollup } from './rollup.ts';
import { PackedCounters } from './sketch-counters.ts';

/** Where the rollup of an hour stands in a row of `hours`. */
export interface PackedPlace {
  readonly reader: BitReader;
  readonly figures: FigureTable;
  /** Which of the rows of figures it is. */
  readonly row: number;
  /** The first bit of the counters of lateness; those of the durations follow. */
  readonly position: number;
  readonly lateBits: number;
  readonly durationBits: number;
}

/**
 * The rollup of an hour, of which each part is made when it is first asked for: a day of them is unpacked to see that it is
 * there, or for one quantile of each. Once made a part may be added to, as that of any rollup.
 */
export class PackedHour implements Rollup {
  missed: number;
  readonly #place: PackedPlace;
  #counts: Rollup['counts'] | null = null;
  #late: QuantileSketch | null = null;
  #duration: QuantileSketch | null = null;
  #phases: Rollup['phases'] | null = null;

  constructor(place: PackedPlace) {
    this.#place = place;
    this.missed = place.figures.missed(place.row);
  }

  get counts(): Rollup['counts'] {
    return (this.#counts ??= this.#place.figures.counts(this.#place.row));
  }

  get late(): QuantileSketch {
    const { figures, row, position, lateBits } = this.#place;
    return (this.#late ??= this.#sketch(figures.late(row), position, lateBits));
  }

  get duration(): QuantileSketch {
    const { figures, row, position, lateBits, durationBits } = this.#place;
    return (this.#duration ??= this.#sketch(figures.duration(row), position + lateBits, durationBits));
  }

  get phases(): Rollup['phases'] {
    return (this.#phases ??= this.#place.figures.phases(this.#place.row));
  }

  #sketch(figures: SketchFigures, position: number, bits: number): QuantileSketch {
    return QuantileSketch.deferred(figures, new PackedCounters(this.#place.reader, { position, bits }, figures));
  }
}
