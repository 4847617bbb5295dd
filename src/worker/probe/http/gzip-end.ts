import { createInflateRaw } from 'node:zlib';

const FIXED_HEADER = 10;
const TRAILER = 8;
/** The bits of the header's flags (RFC 1952 section 2.3.1). */
const HAS_CHECK = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/**
 * The first member of a gzip stream without what follows it, which Node takes for a further member although it may be
 * anything; `null` when nothing follows, or when the member itself is broken. Its checksum is not compared.
 */
export async function withoutWhatFollows(chunks: readonly Buffer[]): Promise<Buffer | null> {
  const bytes = Buffer.concat(chunks);
  const begin = headerLength(bytes);
  const taken = begin === null ? null : await inflatedBytes(bytes.subarray(begin));
  if (begin === null || taken === null) return null;
  const end = begin + taken + TRAILER;
  return end < bytes.length ? bytes.subarray(0, end) : null;
}

function headerLength(bytes: Buffer): number | null {
  if (bytes.length < FIXED_HEADER || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return null;
  const flags = bytes[3] ?? 0;
  let length = FIXED_HEADER;
  if ((flags & HAS_EXTRA) !== 0) {
    if (bytes.length < length + 2) return null;
    length += 2 + bytes.readUInt16LE(length);
  }
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, length);
    if (end === -1) return null;
    length = end + 1;
  }
  return (flags & HAS_CHECK) === 0 ? length : length + 2;
}

/** How many bytes the compressed data takes; `null` when it does not come to its end. Keeps nothing of what comes out. */
async function inflatedBytes(compressed: Buffer): Promise<number | null> {
  const inflate = createInflateRaw();
  inflate.end(compressed);
  try {
    for await (const _ of inflate);
  } catch {
    return null;
  }
  return inflate.bytesWritten;
}
