import type { Alias, CST, Document, Node, Pair, YAMLError, YAMLMap } from 'yaml';
import { Composer, LineCounter, Parser, isScalar } from 'yaml';
import { type Section, hiddenValues, sectionsOf } from './hidden-values.ts';
import { type Problem, excerptOf } from './problem.ts';

/** Largest configuration file, in bytes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** Deepest nesting of lists and maps. */
export const MAX_DEPTH = 100;

/** A file as it was found. */
export interface ConfigFile {
  /** As the user named it; problems show it. */
  readonly name: string;
  /** Absolute path of the folder from which the paths in it are taken. */
  readonly folder: string;
  readonly bytes: Uint8Array;
}

/** A file whose YAML has been read into nodes that know their places. */
export interface Source {
  readonly name: string;
  readonly folder: string;
  readonly text: string;
  readonly lines: LineCounter;
  /** `null` when there is nothing in it but comments. */
  readonly root: Node | null;
  /** What each alias stands for; filled while the values are read. */
  readonly aliases: Map<Alias, Node>;
  /** The pairs of each map by key; filled while problems are given their places. */
  readonly pairs: WeakMap<YAMLMap, ReadonlyMap<unknown, Pair<Node, Node | null>>>;
}

export type Composed = { readonly source: Source } | { readonly problems: readonly Problem[] };

type Remark = Pick<Problem, 'message'> & Partial<Pick<Problem, 'path' | 'suggestion' | 'severity'>>;

/** A problem at an offset in a file. */
export function problemAt(source: Pick<Source, 'name' | 'text' | 'lines'>, offset: number, remark: Remark): Problem {
  const position = source.lines.linePos(Math.min(offset, source.text.length));
  const line = Math.max(position.line, 1);
  const column = Math.max(position.col, 1);
  const start = source.lines.lineStarts[line - 1] ?? 0;
  const end = source.text.indexOf('\n', start);
  const text = source.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
  const hidden = hiddenValues(text, sectionAt(source, start));
  const excerpt = text.trim() === '' ? null : excerptOf(text, column, hidden);
  return { path: '', suggestion: null, severity: 'error', ...remark, file: source.name, line, column, excerpt };
}

/** Found once for each file: there may be thousands of problems in it. */
const sections = new WeakMap<LineCounter, readonly Section[]>();

/** The name of the section that a place stands in; empty before the first one. */
function sectionAt({ text, lines }: Pick<Source, 'text' | 'lines'>, offset: number): string {
  const known = sections.get(lines) ?? sectionsOf(text);
  sections.set(lines, known);
  return known.findLast(({ start }) => start <= offset)?.name ?? '';
}

/** A problem with a file as a whole. */
export function problemWith(file: string, message: string): Problem {
  return { file, line: null, column: null, path: '', message, suggestion: null, severity: 'error', excerpt: null };
}

/** Reads the YAML of a file: version 1.2, core schema, one document, no tags of its own, neither large nor deep. */
export function composeSource(file: ConfigFile): Composed {
  const decoded = decode(file.bytes);
  if ('fault' in decoded) return { problems: [problemWith(file.name, decoded.fault)] };
  const { text } = decoded;
  const lines = new LineCounter();
  const place = { name: file.name, text, lines };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = findToken(tokens, isTooDeep);
  if (deep !== undefined) {
    return { problems: [problemAt(place, deep, { message: `is nested more than ${MAX_DEPTH} levels deep` })] };
  }
  // Keys that are given twice are found while the values are read: the check of the package takes quadratic time.
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, strict: true });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document] = documents;
  const problems = documentProblems(place, documents);
  if (problems.length > 0) {
    const unclosed = unclosedAt(tokens);
    if (unclosed === undefined || documents.every(({ errors }) => errors.length === 0)) return { problems };
    const message = `this is not closed where it should be, which shows on line ${problems[0]?.line ?? 1}`;
    return { problems: [problemAt(place, unclosed, { message })] };
  }
  const root = document === undefined || isNothing(document) ? null : (document.contents as Node | null);
  return { source: { ...place, folder: file.folder, root, aliases: new Map(), pairs: new WeakMap() } };
}

type Decoded = { readonly text: string } | { readonly fault: string };

function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_FILE_BYTES) return { fault: 'is larger than 10 MiB' };
  const [first, second] = bytes;
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a byte order mark, ASCII in UTF-16 shows itself by a zero in the first pair.
  if (wide || (bytes.length > 1 && (first === 0) !== (second === 0))) {
    return { fault: 'is UTF-16 text; save it as UTF-8' };
  }
  if (bytes.includes(0)) return { fault: 'is not text; it looks like a binary file' };
  try {
    // The decoder leaves out a byte order mark.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text; save it as UTF-8' };
  }
}

/** The first token, parts before what follows them, that a test finds; it ends its own search where nesting ends. */
function findToken(
  tokens: readonly CST.Token[],
  test: (token: CST.Token, depth: number) => boolean,
): number | undefined {
  const search = (token: CST.Token, depth: number): number | undefined => {
    if (test(token, depth)) return token.offset;
    // The limit keeps the search itself from going too deep.
    if (depth > MAX_DEPTH) return undefined;
    if (token.type === 'document' && token.value !== undefined) return search(token.value, depth);
    if (!('items' in token)) return undefined;
    for (const { key, value } of token.items) {
      const found = (key ? search(key, depth + 1) : undefined) ?? (value ? search(value, depth + 1) : undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const token of tokens) {
    const found = search(token, 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isTooDeep(_token: CST.Token, depth: number): boolean {
  return depth > MAX_DEPTH;
}

/** Where a quote, or the innermost bracket, begins that is not closed; the package tells where that was noticed. */
function unclosedAt(tokens: readonly CST.Token[]): number | undefined {
  let bracket: number | undefined;
  const quote = findToken(tokens, (token) => {
    if (token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar') {
      return token.source.length < 2 || !token.source.endsWith(token.source.charAt(0));
    }
    const open = token.type === 'flow-collection' && !token.end.some(({ type }) => type.endsWith('-end'));
    if (open) bracket = token.offset;
    return false;
  });
  return quote ?? bracket;
}

type Place = Pick<Source, 'name' | 'text' | 'lines'>;

/** The first mistake of syntax (those after it are mostly its echo), else what YAML allows and we do not. */
function documentProblems(place: Place, documents: readonly Document[]): readonly Problem[] {
  const [document, another] = documents;
  const [error] = documents.flatMap((each) => each.errors).toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) return [problemAt(place, error.pos[0], syntaxRemark(place, error))];
  const problems = documents
    .flatMap((each) => each.warnings)
    .filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
    .map(({ pos }) => problemAt(place, pos[0], { message: 'tags such as !this are not supported' }));
  const version = document?.directives?.yaml;
  if (version?.explicit === true && version.version !== '1.2') {
    problems.push(problemAt(place, place.text.indexOf('%YAML'), { message: 'only YAML 1.2 is supported' }));
  }
  if (another !== undefined) {
    const message = 'a second document begins here; put everything into one, without "---" between';
    problems.push(problemAt(place, another.range?.[0] ?? 0, { message }));
  }
  return problems;
}

const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'YAML does not allow tabs for indentation; use spaces',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BLOCK_AS_IMPLICIT_KEY: 'there is a second ": " on this line; put the value in quotes',
  BAD_DQ_ESCAPE: 'there is no such escape in double quotes; write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: 'a value cannot begin with this character unless it is in quotes',
};

function syntaxRemark(place: Place, error: YAMLError): Remark {
  const [start] = error.pos;
  const line = place.text.slice(place.text.lastIndexOf('\n', start - 1) + 1).split('\n', 1)[0] ?? '';
  if (/[{[,].*\$\{/.test(line) && error.code !== 'TAB_AS_INDENT') {
    return { message: 'this is not valid YAML; inside [ ] and { } a ${…} must be in quotes' };
  }
  const known = SYNTAX[error.code];
  return { message: known ?? `this is not valid YAML: ${error.message.split('\n', 1)[0] ?? error.code}` };
}

function isNothing({ contents }: Document): boolean {
  return (
    contents === null || (isScalar(contents) && contents.value === null && contents.range?.[0] === contents.range?.[1])
  );
}
