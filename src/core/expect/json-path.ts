import { JSONPathEnvironment, type JSONPathQuery } from 'json-p3';

/** A value of JSON (RFC 8259). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const LONGEST_PATH = 512;

/**
 * RFC 9535 without the functions match and search, whose regular expressions of JavaScript can run for ever. Filters,
 * slices and descendants are there.
 */
const environment = new JSONPathEnvironment();
environment.functionRegister.delete('match');
environment.functionRegister.delete('search');

const queries = new Map<string, JSONPathQuery>();
const MOST_QUERIES = 10_000;

/** A path, compiled once. Throws an error of json-p3 for one that {@link jsonPathFault} refuses. */
function compileJsonPath(path: string): JSONPathQuery {
  let query = queries.get(path);
  if (query === undefined) {
    query = environment.compile(path);
    if (queries.size >= MOST_QUERIES) queries.clear();
    queries.set(path, query);
  }
  return query;
}

/**
 * The values at a path, in order; `null` when the value is nested too deep to be searched for them.
 *
 * @throws an error of json-p3 for a path that {@link jsonPathFault} refuses
 */
export function valuesAt(path: string, value: JsonValue): readonly JsonValue[] | null {
  const query = compileJsonPath(path);
  try {
    // json-p3 changes nothing of what it searches.
    return query.query(value as never).values() as JsonValue[];
  } catch {
    // JSONPathRecursionLimitError, or a RangeError of the stack.
    return null;
  }
}

/**
 * Whether a path consists of names and places alone, so that following it costs next to nothing. All other paths can take
 * long, or very long, when a hostile answer was made for them.
 */
export function isPlainPath(path: string): boolean {
  return compileJsonPath(path).singularQuery();
}

/** What is wrong with a path, worded to follow its key, or `undefined`. */
export function jsonPathFault(path: string): string | undefined {
  if (path.length > LONGEST_PATH) return `must not be longer than ${LONGEST_PATH} characters`;
  if (!path.startsWith('$')) return 'must begin with $, such as $.status';
  try {
    environment.compile(path);
    return undefined;
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message.slice(0, 100) : String(thrown);
    return `is not a path of RFC 9535 (${words})`;
  }
}
