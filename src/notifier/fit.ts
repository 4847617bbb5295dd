/** How much a service takes, and how text is made fit for it. */
export interface Fit {
  /** The most that a service takes, in the unit of `sizeOf`. */
  readonly most: number;
  /** Makes text fit for where it stands; text that is none is none before and after. */
  readonly escape?: (text: string) => string;
  /** The size of escaped text as the service counts it; UTF-16 units when left out. */
  readonly sizeOf?: (text: string) => number;
}

/** Bytes of UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Escapes a text, cut before that so that it fits when escaped; what is cut ends with `…`. */
export function fitText(text: string, { most, escape = asItIs, sizeOf = lengthOf }: Fit): string {
  const whole = escape(text);
  if (sizeOf(whole) <= most) return whole;
  const characters = Array.from(text);
  // The longest beginning that fits, found by halves: escaping makes text longer, never shorter.
  let [fits, fails] = [0, characters.length];
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    const tried = escape(`${characters.slice(0, middle).join('')}…`);
    if (sizeOf(tried) <= most) fits = middle;
    else fails = middle;
  }
  const cut = escape(`${characters.slice(0, fits).join('')}…`);
  return sizeOf(cut) <= most ? cut : '';
}

/** Escapes lines one by one and keeps the first ones that fit together; what is left out is told in a line of its own. */
export function fitLines(lines: readonly string[], { most, escape = asItIs, sizeOf = lengthOf }: Fit): string {
  const kept: string[] = [];
  let size = 0;
  for (const [place, line] of lines.entries()) {
    const escaped = fitText(line, { most: Math.floor(most / 2), escape, sizeOf });
    const more = `… and ${lines.length - place} more`;
    const isLast = place === lines.length - 1;
    const needed = size + sizeOf(escaped) + 1 + (isLast ? 0 : sizeOf(more) + 1);
    if (needed > most) return [...kept, escape(more)].join('\n');
    kept.push(escaped);
    size += sizeOf(escaped) + 1;
  }
  return kept.join('\n');
}

function asItIs(text: string): string {
  return text;
}

function lengthOf(text: string): number {
  return text.length;
}
