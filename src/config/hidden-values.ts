import { isSecretName } from '../core/monitor/secrets.ts';

/** Places of a line from `start` up to but not including `end`, in UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Of a channel, these say nothing that must stay secret. What stands under any other key may: keys can be mistyped. */
const HARMLESS = new Set(['id', 'type', 'enabled', 'host', 'port', 'security', 'method', 'timeout', 'from', 'to']);

/** A line longer than that is not written by hand, and is not looked through. */
const LONGEST_LINE = 5000;

/** A key with its colon, quoted or not. */
const KEY = /(?:"[\w .-]{1,60}"\s*:|'[\w .-]{1,60}'\s*:|[A-Za-z_][\w.-]{0,60}\s*:(?=\s|$))\s*/y;
const PUNCTUATION = /[\s{}[\],]+|-(?=\s|$)\s*|#(?=\s|$)/y;
const VALUE = /"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[^,{}[\]]+/y;
const REFERENCE = /^["']?\$\{[\w:/.-]{1,200}\}["']?$/;

/**
 * What of a line of a configuration must not be shown. In the section `channels` that is each value of which it is not
 * certain that it may be; elsewhere the values of keys with a telling name. `section`: the key of the file it is under.
 */
export function hiddenValues(line: string, section: string): readonly Stretch[] {
  if (line.length > LONGEST_LINE) return [{ start: 0, end: line.length }];
  const isChannel = section === 'channels';
  const hidden: Stretch[] = [];
  let key: string | undefined;
  let atValue = false;
  for (let at = 0; at < line.length;) {
    // A second colon belongs to the value.
    const name = atValue ? undefined : match(KEY, line, at);
    const blank = match(PUNCTUATION, line, at);
    if (name !== undefined) {
      key = name.replace(/\s*:\s*$/, '').replaceAll(/^["']|["']$/g, '');
      atValue = true;
      at += name.length;
    } else if (blank !== undefined) {
      if (/[{}[\],]/.test(blank)) atValue = false;
      // What follows a comma without a key of its own may be anything, but outside of braces it is the same value still.
      if (isChannel && /[{}\],]/.test(blank)) key = undefined;
      at += blank.length;
    } else {
      const value = match(VALUE, line, at) ?? line.slice(at);
      const shown = isChannel ? key !== undefined && HARMLESS.has(key) : !tellsSecret(key);
      if (shown) hidden.push(...secretsInAddress(value, at));
      else if (!REFERENCE.test(value.trim())) hidden.push({ start: at, end: at + value.trimEnd().length });
      at += value.length;
    }
  }
  return hidden;
}

/** User and password of an address, and parameters with a telling name. */
function secretsInAddress(value: string, at: number): readonly Stretch[] {
  const users = [...value.matchAll(/:\/\/([^\s/?#]+)@/g)].map(({ index, 1: user = '' }) => ({
    from: index + 3,
    word: user,
  }));
  const values = [...value.matchAll(/[?&]([\w.-]+)=([^&#\s"']+)/g)].flatMap(({ index, 1: name = '', 2: word = '' }) =>
    isSecretName(name) ? [{ from: index + name.length + 2, word }] : [],
  );
  return [...users, ...values]
    .filter(({ word }) => !REFERENCE.test(word))
    .map(({ from, word }) => ({ start: at + from, end: at + from + word.length }))
    .toSorted((one, other) => one.start - other.start);
}

/** A section of a file, by its key. */
export interface Section {
  readonly start: number;
  readonly name: string;
}

/** The sections of a file, in order. One that is a map in braces is a section without a name, or `channels` if it may be. */
export function sectionsOf(text: string): readonly Section[] {
  const found = [...text.matchAll(/^["']?([A-Za-z_]\w*)["']?\s*:/gm)].map(({ index, 1: name = '' }) => ({
    start: index,
    name,
  }));
  return found.length > 0 ? found : [{ start: 0, name: text.includes('channels') ? 'channels' : '' }];
}

function tellsSecret(key: string | undefined): boolean {
  return key !== undefined && (isSecretName(key) || key === 'bearer' || key === 'heartbeat_url');
}

function match(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}
