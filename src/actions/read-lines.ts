import { LONGEST_LINE } from '../core/history/export-line.ts';

/** A line of text without its end, and its number, from 1 up. */
export interface NumberedLine {
  readonly number: number;
  /** Cut when it is longer than any line may be. */
  readonly text: string;
  /** Bytes read until now. */
  readonly bytes: number;
}

const NEWLINE = 0x0a;

/** The lines of a stream of bytes in UTF-8, in batches, those that hold nothing left out. Memory is bounded whatever comes. */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine[]> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let bytes = 0;
  const line = (data: Buffer): NumberedLine[] => {
    number += 1;
    const text = data.toString('utf8').replace(/\r$/, '');
    const start = number === 1 && text.startsWith('\u{feff}') ? 1 : 0;
    return text.trim() === '' ? [] : [{ number, text: text.slice(start), bytes }];
  };
  for await (const chunk of input) {
    bytes += chunk.length;
    const data = Buffer.concat([rest, chunk]);
    const lines: NumberedLine[] = [];
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
      lines.push(...line(data.subarray(start, end)));
      start = end + 1;
    }
    // A line that never ends is kept as far as it takes to see that it is too long.
    rest = data.subarray(start, Math.min(data.length, start + LONGEST_LINE + 1));
    yield lines;
  }
  if (rest.length > 0) yield line(rest);
}
