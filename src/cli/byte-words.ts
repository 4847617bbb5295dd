const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size for a person, in units of 1000: `512 B`, `4.1 kB`, `12.3 GB`. */
export function inBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.95 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
