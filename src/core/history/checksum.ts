/** CRC-16/XMODEM: polynomial 0x1021, begins at 0, most significant bit first. */
const POLYNOMIAL = 0x1021;

/** What a byte comes to that is the last one, and one that is followed by one, two and three others. */
const LAST = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
  return crc & 0xffff;
});
const SECOND_LAST = LAST.map((crc) => next(crc, 0));
const THIRD_LAST = SECOND_LAST.map((crc) => next(crc, 0));
const FOURTH_LAST = THIRD_LAST.map((crc) => next(crc, 0));

/**
 * The checksum, 0 to 65535, of the first bytes. Finds every damage that lies within 16 neighbouring bits. Takes four bytes at
 * a time ("slicing", Kounavis and Berry, ISCC 2005): their tables are looked up side by side instead of one after the other.
 */
export function checksum(data: Uint8Array, length: number): number {
  let crc = 0;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    const first = (crc >>> 8) ^ (data[index] ?? 0);
    const second = (crc & 0xff) ^ (data[index + 1] ?? 0);
    const pair = (FOURTH_LAST[first] ?? 0) ^ (THIRD_LAST[second] ?? 0);
    crc = pair ^ (SECOND_LAST[data[index + 2] ?? 0] ?? 0) ^ (LAST[data[index + 3] ?? 0] ?? 0);
  }
  for (; index < length; index += 1) crc = next(crc, data[index] ?? 0);
  return crc;
}

function next(crc: number, byte: number): number {
  return ((crc << 8) & 0xffff) ^ (LAST[(crc >>> 8) ^ byte] ?? 0);
}
