import type { KeptResult } from './kept-result.ts';

/** Packs an hour of one monitor's results at one location, in order of slot and each slot once. */
export function packBlock(results: readonly KeptResult[]): Uint8Array {
  return Buffer.from(JSON.stringify(results));
}

/** The results of a block, as they were given, in order of slot. */
export function unpackBlock(data: Uint8Array): KeptResult[] {
  return JSON.parse(Buffer.from(data).toString()) as KeptResult[];
}
