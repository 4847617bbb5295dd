import { RE2JS } from 're2js';

/** Longest pattern, in characters. */
export const LONGEST_PATTERN = 512;

/** Compiled patterns are kept: compiling costs more than most matches. Far more than one file ever has. */
const MOST_COMPILED = 10_000;
const compiled = new Map<string, RE2JS>();

/**
 * Whether a pattern is found anywhere in a text. Patterns are RE2's (https://github.com/google/re2/wiki/Syntax), which are
 * matched in time linear in the text, whatever the pattern: no back-references, no look-around.
 *
 * @throws an error of re2js for a pattern that {@link patternFault} refuses
 */
export function isFound(pattern: string, text: string): boolean {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = RE2JS.compile(pattern);
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, known);
  }
  return known.matcher(text).find();
}

/** What is wrong with a pattern, worded to follow the name of its key, or `undefined`. */
export function patternFault(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty';
  if (pattern.length > LONGEST_PATTERN) return `must not be longer than ${LONGEST_PATTERN} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (thrown) {
    // Its message may repeat the pattern, which may hold a secret; the kind of fault stands before it.
    const words = thrown instanceof Error ? thrown.message.replace(/^error parsing regexp: /, '').split(':')[0] : '';
    return `is not a regular expression of RE2 (${words})`;
  }
}
