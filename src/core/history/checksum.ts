/** CRC-16/XMODEM: polynomial 0x1021, begins at 0, most significant bit first. */
const POLYNOMIAL = 0x1021;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
  return crc & 0xffff;
});

/** The checksum, 0 to 65535, of the first bytes. Finds every damage that lies within 16 neighbouring bits. */
export function checksum(data: Uint8Array, length: number): number {
  let crc = 0;
  for (let index = 0; index < length; index += 1) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ (data[index] ?? 0)] ?? 0);
  }
  return crc;
}
