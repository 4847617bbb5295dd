/** Where the values of `${…}` come from. */
export interface ValueSource {
  /** An environment variable, or `undefined` when it is not set. */
  readonly variable: (name: string) => string | undefined;
  /** The text of a file, or why it cannot be read, in a few words. */
  readonly file: (path: string) => { readonly text: string } | { readonly fault: string };
}

export type Interpolated =
  | {
      readonly text: string;
      /** What variables and files gave, without the defaults that stand in the text itself. */
      readonly values: readonly string[];
      /** True when the text consisted of `${…}` alone. */
      readonly whole: boolean;
    }
  | {
      readonly fault: string;
      /** Where in the text, from 0. */
      readonly at: number;
    };

interface Scan {
  readonly text: string;
  readonly source: ValueSource;
  readonly values: string[];
  at: number;
  /** Greater than 0 inside a default that is not needed: read past, without looking anything up. */
  unneeded: number;
  depth: number;
  literal: boolean;
  fault: { readonly fault: string; readonly at: number } | null;
}

const MAX_DEPTH = 10;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Replaces `${VAR}`, `${VAR:-default}` (unset or empty), `${VAR:?why}` (an error when unset or empty), `${file:path}`
 * (without the line break at its end) and `$$` (a plain `$`). Defaults, reasons and paths may hold `${…}` themselves;
 * what a variable or file gives is taken as it is. A `$` before anything else is a plain `$`.
 */
export function interpolate(text: string, source: ValueSource): Interpolated {
  const scan: Scan = { text, source, values: [], at: 0, unneeded: 0, depth: 0, literal: false, fault: null };
  const result = readText(scan, false);
  return scan.fault ?? { text: result, values: scan.values, whole: !scan.literal };
}

/** Reads to the end, or to the `}` that closes the expression around. */
function readText(scan: Scan, inside: boolean): string {
  let result = '';
  while (scan.at < scan.text.length && scan.fault === null) {
    const dollar = scan.text.indexOf('$', scan.at);
    const brace = inside ? scan.text.indexOf('}', scan.at) : -1;
    const stops = [dollar, brace].filter((index) => index >= 0);
    const stop = stops.length === 0 ? scan.text.length : Math.min(...stops);
    scan.literal ||= scan.depth === 0 && stop > scan.at;
    result += scan.text.slice(scan.at, stop);
    scan.at = stop;
    if (stop === brace || stop === scan.text.length) return result;
    if (scan.text.startsWith('${', stop)) {
      result += readExpression(scan);
    } else {
      scan.literal ||= scan.depth === 0;
      result += '$';
      scan.at += scan.text.startsWith('$$', stop) ? 2 : 1;
    }
  }
  return result;
}

function readExpression(scan: Scan): string {
  const start = scan.at;
  scan.at += 2;
  scan.depth += 1;
  if (scan.depth > MAX_DEPTH) return fail(scan, start, `\${…} is nested more than ${MAX_DEPTH} deep`);
  const value = scan.text.startsWith('file:', scan.at) ? readFile(scan, start) : readVariable(scan, start);
  scan.depth -= 1;
  return value;
}

function readFile(scan: Scan, start: number): string {
  scan.at += 'file:'.length;
  const known = scan.values.length;
  const path = readText(scan, true);
  if (!close(scan, start) || scan.unneeded > 0) return '';
  const read = scan.source.file(path);
  if ('fault' in read) {
    // A path that a variable is part of is not shown.
    const shown = scan.values.length > known ? '' : ` ${path}`;
    return fail(scan, start, `the file${shown} cannot be read: ${read.fault}`);
  }
  const text = read.text.replace(/\r?\n$/, '');
  scan.values.push(text);
  return text;
}

function readVariable(scan: Scan, start: number): string {
  NAME.lastIndex = scan.at;
  const name = NAME.exec(scan.text)?.[0];
  if (name === undefined) {
    return fail(scan, start, '${ must be followed by the name of a variable or by file:; a plain dollar sign is $$');
  }
  scan.at += name.length;
  const value = scan.source.variable(name);
  const operator = scan.text.slice(scan.at, scan.at + 2);
  if (operator === ':-' || operator === ':?') {
    scan.at += 2;
    const needed = value === undefined || value === '';
    scan.unneeded += needed ? 0 : 1;
    const known = scan.values.length;
    const rest = readText(scan, true);
    scan.unneeded -= needed ? 0 : 1;
    if (!close(scan, start) || scan.unneeded > 0) return '';
    if (!needed) return given(scan, value);
    if (operator === ':-') return rest;
    const why = scan.values.length > known ? '' : rest.trim();
    return fail(scan, start, `the variable ${name} is not set${why === '' ? '' : `: ${why}`}`);
  }
  if (!close(scan, start) || scan.unneeded > 0) return '';
  if (value === undefined) return fail(scan, start, `the variable ${name} is not set (a plain dollar sign is $$)`);
  return given(scan, value);
}

function given(scan: Scan, value: string): string {
  scan.values.push(value);
  return value;
}

function close(scan: Scan, start: number): boolean {
  if (scan.fault !== null) return false;
  if (scan.text[scan.at] !== '}') {
    const form = 'must have one of the forms ${VAR}, ${VAR:-default}, ${VAR:?why} and ${file:path}';
    fail(scan, start, scan.at >= scan.text.length ? '${ is never closed with }' : `\${…} ${form}`);
    return false;
  }
  scan.at += 1;
  return true;
}

function fail(scan: Scan, at: number, fault: string): string {
  scan.fault ??= { fault, at };
  return '';
}

/** Whether a value that came from `${…}` is worth hiding: short and everyday ones would hide half of every log. */
export function isSecret(value: string): boolean {
  return value.trim().length >= 4 && !/^(?:true|false|null|none|[-+.\d]+(?:ms|[smhdw])?)$/i.test(value.trim());
}

/** Reads a scalar without quotes by the core schema of YAML 1.2 (section 10.3.2). */
export function typeScalar(text: string): string | number | boolean | null {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? NaN : text;
}
