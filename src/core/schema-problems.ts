import { z } from 'zod';
import { closest } from './closest.ts';

/** How a field guesses what was meant by a value it refuses; the answer is what to write instead. */
export interface Suggester {
  readonly suggest: (input: unknown) => string | undefined;
}

/** Suggesters of fields, kept beside the schema in the way zod keeps its own metadata. */
export const suggesters = z.registry<Suggester>();

export type Path = readonly (string | number)[];

/** One thing that is wrong with an input, in words for people. It never repeats the refused value. */
export interface InputProblem {
  readonly path: Path;
  readonly message: string;
  /** What was probably meant, as it would be written; `null` when nobody can tell. */
  readonly suggestion: string | null;
  /** What to point at: the value, the key itself, or the place where a key is missing. */
  readonly at: 'value' | 'key' | 'missing';
}

export type Checked<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

/** A schema with what it wraps, the outermost first. */
type Layers = readonly z.core.$ZodType[];
type Issue = z.core.$ZodIssue;

/** Reads an input by a schema: the value, or every problem at once, with paths that begin with `base`. */
export function checkInput<T>(schema: z.ZodType<T>, input: unknown, base: Path = []): Checked<T> {
  const result = schema.safeParse(input, { error: describe, reportInput: true });
  if (result.success) return { value: result.data };
  const root = unwrap(schema);
  return { problems: result.error.issues.flatMap((issue) => toProblems(root, issue, { base, inner: [] })) };
}

/** A path inside the schema, and the path at which that schema's input stands. */
interface Place {
  readonly base: Path;
  readonly inner: Path;
}

function toProblems(root: Layers, issue: Issue, place: Place): InputProblem[] {
  const inner = [...place.inner, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const path = [...place.base, ...inner];
  if (issue.code === 'invalid_union') {
    const branch = fittingBranch(issue);
    if (branch !== undefined) return branch.flatMap((part) => toProblems(root, part, { base: place.base, inner }));
  }
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(layersAt(root, inner));
    return issue.keys.map((key) => unknownKey(path, key, known));
  }
  const subject = subjectOf(path);
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not a valid key';
    return [{ path, message: `${subject} ${message}`, suggestion: null, at: 'key' }];
  }
  const missing = MISSABLE.has(issue.code) && issue.input === undefined;
  const suggestion = missing ? null : (suggest(layersAt(root, inner), issue) ?? null);
  return [{ path, message: `${subject} ${issue.message}`, suggestion, at: missing ? 'missing' : 'value' }];
}

/** What a value that is not there can be told by. */
const MISSABLE: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** The one branch of a union that fits the kind of value that was written and whose problems therefore matter. */
function fittingBranch(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  // A word among several that are allowed is no branch for a map or a list.
  const isNested = typeof issue.input === 'object' && issue.input !== null;
  const fitting = issue.errors.filter(([first]) => {
    if (first === undefined || first.path.length > 0) return true;
    return first.code !== 'invalid_type' && !(isNested && first.code === 'invalid_value');
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

function unknownKey(path: Path, key: string, known: readonly string[]): InputProblem {
  const suggestion = closest(key, known) ?? null;
  const list = suggestion === null && known.length > 0 ? `; known keys are ${known.join(', ')}` : '';
  return { path: [...path, key], message: `unknown key "${printable(key)}"${list}`, suggestion, at: 'key' };
}

/** The words for an issue that its field leaves to us; they follow the name of the key. */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    if (issue.input === null) return 'has no value';
    return `must be ${KINDS[issue.expected] ?? issue.expected}${isQuoted(issue) ? ', without quotes' : ''}`;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    if (issue.input === undefined && values.length > 1) return `is missing: one of ${values.join(', ')}`;
    return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    if (issue.code === 'too_small' && issue.minimum === 1 && issue.origin === 'array') return 'must not be empty';
    const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
    return `must ${BOUNDS[issue.origin] ?? 'be'} ${bound}${ENTRIES[issue.origin] ?? ''}`;
  }
  if (issue.code === 'invalid_union') {
    if (issue.input === undefined) return 'is missing';
    return issue.input === null ? 'has no value' : 'has a value of the wrong kind';
  }
  return 'is not valid';
}

/** Whether the right value was written, but as text. */
function isQuoted({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): boolean {
  if (typeof input !== 'string') return false;
  return expected === 'boolean' ? /^(?:true|false)$/.test(input) : expected === 'number' && /^-?\d+$/.test(input);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};
const BOUNDS: Readonly<Record<string, string>> = { array: 'have', string: 'have' };
const ENTRIES: Readonly<Record<string, string>> = { array: ' entries', string: ' characters' };

function subjectOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the input';
  if (typeof last === 'string') return /^[\w.-]+$/.test(last) ? printable(last) : `"${printable(last)}"`;
  const list = path.at(-2);
  return list === undefined ? `entry ${last + 1}` : `entry ${last + 1} of ${list}`;
}

/** A key as it may be shown: short, and without characters that steer a terminal. */
function printable(key: string): string {
  const clean = key.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean;
}

function suggest(layers: Layers, issue: Issue): string | undefined {
  // The field itself knows best; a schema that was given a description is a copy, which get() sees through.
  const own = layers.map((layer) => suggesters.get(layer)).find((suggester) => suggester !== undefined);
  const found = own === undefined ? suggestByKind(issue) : own.suggest(issue.input);
  return found === issue.input ? undefined : found;
}

function suggestByKind(issue: Issue): string | undefined {
  if (issue.code === 'invalid_value') {
    return typeof issue.input === 'string' ? closest(issue.input, issue.values.map(String)) : undefined;
  }
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'boolean' && typeof issue.input === 'string') return BOOLEANS.get(issue.input.toLowerCase());
  const quotable = typeof issue.input === 'number' || typeof issue.input === 'boolean';
  return issue.expected === 'string' && quotable ? JSON.stringify(String(issue.input)) : undefined;
}

/** YAML 1.1 read these words as booleans; YAML 1.2 reads them as text. */
const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ...['yes', 'on', 'y'].map((word) => [word, 'true'] as const),
  ...['no', 'off', 'n'].map((word) => [word, 'false'] as const),
]);

function knownKeys(layers: Layers): readonly string[] {
  const object = layers.find((layer) => layer instanceof z.ZodObject);
  return object === undefined ? [] : Object.keys(object.shape);
}

/** The layers at a path below `root`. */
function layersAt(root: Layers, path: Path): Layers {
  let layers = root;
  for (const part of path) {
    layers = layers.flatMap((layer) => {
      if (layer instanceof z.ZodObject) {
        const inner: z.core.$ZodType | undefined = layer.shape[part];
        return inner === undefined ? [] : unwrap(inner);
      }
      if (layer instanceof z.ZodArray) return unwrap(layer.element);
      return layer instanceof z.ZodRecord ? unwrap(layer.valueType) : [];
    });
  }
  return layers;
}

function unwrap(schema: z.core.$ZodType): Layers {
  if (schema instanceof z.ZodUnion) return [schema, ...schema.options.flatMap(unwrap)];
  if (schema instanceof z.ZodPipe) return [schema, ...unwrap(schema.in)];
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodPrefault;
  if (wrapped || schema instanceof z.ZodDefault) return [schema, ...unwrap(schema.unwrap())];
  return [schema];
}
