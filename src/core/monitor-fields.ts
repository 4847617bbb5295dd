import { z } from 'zod';
import { type Milliseconds, formatDuration, parseDuration } from './duration.ts';
import { headerNameFault, headerValueFault, repeatedHeader } from './header-rules.ts';
import type { StatusRange } from './monitor.ts';
import { suggesters } from './schema-problems.ts';
import { HIGHEST_STATUS, LOWEST_STATUS, STATUS_RANGE_PATTERN, parseStatusRange } from './status-range.ts';
import { readTargetUrl } from './target-url.ts';

/** The grammar of ids: of monitors, whose history follows it, and of locations. */
export const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** The methods a check can use. `CONNECT` and `TRACE` are left out: they do not ask for a page. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Largest body that is sent, in bytes. */
export const MAX_BODY_BYTES = 1_048_576;

const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$';
const MAX_TAGS = 50;

type Judge<T> = (value: T) => string | undefined;

/** Turns a judgement (what is wrong, or nothing) into a check of zod's. */
function judged<T>(judge: Judge<T>): z.core.CheckFn<T> {
  return (payload) => {
    const message = judge(payload.value);
    if (message !== undefined) payload.issues.push({ code: 'custom', input: payload.value, message });
  };
}

/** A duration with a unit, from `min` to `max`. */
export function durationField(min: Milliseconds, max: Milliseconds) {
  const message = 'must be a duration with a unit, such as 30s, 5m or 1h30m';
  return z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : message) })
    .meta({ pattern: DURATION_PATTERN, examples: ['30s', '5m'] })
    .transform((text, context): Milliseconds => {
      const duration = parseDuration(text);
      if (duration !== undefined && duration >= min && duration <= max) return duration;
      const range = `must be from ${formatDuration(min)} to ${formatDuration(max)}`;
      context.issues.push({ code: 'custom', input: text, message: duration === undefined ? message : range });
      return z.NEVER;
    })
    .register(suggesters, { suggest: (input) => suggestDuration(input, min, max) });
}

function suggestDuration(input: unknown, min: Milliseconds, max: Milliseconds): string | undefined {
  const written = String(input).replaceAll(' ', '').toLowerCase();
  const match = /^(\d{1,9}(?:\.\d+)?)([a-z]*)$/.exec(written);
  const [, amount = '', word = ''] = match ?? [];
  const unit = /^ms|^milli/.test(word) ? 'ms' : word.slice(0, 1);
  // A bare number is seconds in most tools; from 1000 on it was probably milliseconds.
  const bare = Number(amount) < 1000 ? `${amount}s` : formatDuration(Number(amount));
  const single = word === '' ? bare : `${amount}${unit}`;
  const text = match === null ? written : single;
  const duration = parseDuration(text);
  return duration !== undefined && duration >= min && duration <= max && text !== input ? text : undefined;
}

/** One line of text for people: Unicode NFC, no blanks around it, no control or direction characters. */
export function labelField(maxLength: number) {
  return z.string().transform((text, context) => {
    const label = text.normalize('NFC').trim();
    const message = labelFault(label, maxLength);
    if (message === undefined) return label;
    context.issues.push({ code: 'custom', input: text, message });
    return z.NEVER;
  });
}

function labelFault(label: string, maxLength: number): string | undefined {
  if (label === '') return 'must not be empty';
  if (label.length > maxLength * 2 || Array.from(label).length > maxLength) {
    return `must not be longer than ${maxLength} characters`;
  }
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(label)) return 'must not contain line breaks or control characters';
  // They make a name read differently from what it is (Unicode Technical Report 36, section 2.5).
  if (/\p{Bidi_Control}/u.test(label)) return 'must not contain characters that change the direction of text';
  return undefined;
}

/** An id as it would be if `text` were written in the grammar; empty when nothing of it can stay. */
export function slug(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const joined = plain.replaceAll(/[^a-z0-9_]+/g, '-').replaceAll(/^[-_]+/g, '');
  return joined.slice(0, 64).replaceAll(/[-_]+$/g, '');
}

/** An id: `[a-z0-9][a-z0-9_-]{0,63}`. */
export function idField() {
  const rule = 'must be 1 to 64 of a-z, 0-9, "-" and "_", and begin with a letter or digit';
  return z
    .string()
    .check(judged((id: string) => (ID_PATTERN.test(id) ? undefined : rule)))
    .meta({ pattern: ID_PATTERN.source })
    .register(suggesters, {
      suggest: (input) => (typeof input === 'string' || typeof input === 'number' ? suggestId(input) : undefined),
    });
}

function suggestId(input: string | number): string | undefined {
  const id = slug(String(input).slice(0, 200));
  if (id === '') return undefined;
  return typeof input === 'number' ? JSON.stringify(id) : id;
}

/** An http or https address. */
export function urlField() {
  return z
    .string()
    .meta({ pattern: '^[hH][tT][tT][pP][sS]?://', examples: ['https://example.com/health'] })
    .transform((text, context) => {
      const read = readTargetUrl(text);
      if ('url' in read) return read.url;
      context.issues.push({ code: 'custom', input: text, message: read.fault });
      return z.NEVER;
    })
    .register(suggesters, { suggest: suggestUrl });
}

function suggestUrl(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > 200 || !/^[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?$/.test(input)) {
    return undefined;
  }
  const url = `https://${input}`;
  return 'url' in readTargetUrl(url) ? url : undefined;
}

/** Labels as a map, or a list of names alone (each then has the empty text as its value). */
export function tagsField() {
  const name = z
    .string()
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_./-]{0,62}$/u, 'must be 1 to 63 letters, digits and . _ / -')
    .meta({ pattern: '^[^\\s:,=]{1,63}$' });
  const value = z.string().check(
    judged((text: string) => (text === '' ? undefined : labelFault(text, 200))),
    z.overwrite((text) => text.normalize('NFC').trim()),
  );
  return z
    .union([z.array(name), z.record(name, value)], {
      error: ({ input }) => (input === null ? undefined : 'must be a map of names and values, or a list of names'),
    })
    .transform((tags, context): Readonly<Record<string, string>> => {
      const map = Array.isArray(tags) ? Object.fromEntries(tags.map((tag) => [tag, ''])) : tags;
      if (Object.keys(map).length <= MAX_TAGS) return map;
      context.issues.push({ code: 'custom', input: tags, message: `must have at most ${MAX_TAGS} entries` });
      return z.NEVER;
    });
}

/** Request headers that a user may set. */
export function headersField() {
  const name = z.string().check(judged(headerNameFault)).meta({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" });
  const value = z.string().check(judged(headerValueFault));
  return z.record(name, value).check((payload) => {
    const repeated = repeatedHeader(Object.keys(payload.value));
    if (repeated !== undefined) {
      const message = 'is there twice: upper and lower case do not matter';
      payload.issues.push({ code: 'custom', input: payload.value, message, path: [repeated] });
    }
  });
}

/** A method, in upper case as it is sent. */
export function methodField() {
  return z.enum(METHODS);
}

/** Text that is sent as the body, in UTF-8. */
export function bodyField() {
  return z.string().check(
    judged((text: string) => {
      if (Buffer.byteLength(text) > MAX_BODY_BYTES) return 'must not be larger than 1 MiB';
      return /\p{Cs}/u.test(text) ? 'has half of a surrogate pair, which cannot be sent' : undefined;
    }),
  );
}

/** Status codes as a person writes them: a code, a class, a range or a list of those. */
export function statusField() {
  const message = 'must be a status code such as 200, a class such as 2xx, a range such as 200-299, or a list of those';
  const code = z.int().meta({ minimum: LOWEST_STATUS, maximum: HIGHEST_STATUS });
  const text = z.string().meta({ pattern: STATUS_RANGE_PATTERN });
  return z
    .union(
      [
        code,
        text,
        z
          .array(z.union([code, text], { error: message }))
          .min(1)
          .max(50),
      ],
      {
        error: ({ input }) => (input === null ? undefined : message),
      },
    )
    .transform((input, context): readonly StatusRange[] => {
      const list = Array.isArray(input) ? input : [input];
      return list.map((entry, index) => {
        const range = parseStatusRange(entry);
        if (range !== undefined) return range;
        const path = Array.isArray(input) ? [index] : [];
        context.issues.push({ code: 'custom', input: entry, message: statusFault(entry) ?? message, path });
        return z.NEVER;
      });
    })
    .register(suggesters, { suggest: suggestStatus });
}

function statusFault(entry: string | number): string | undefined {
  if (/^-?\d+$/.test(String(entry))) return `must be a status code from ${LOWEST_STATUS} to ${HIGHEST_STATUS}`;
  const [, from, to] = /^([1-9]\d\d)-([1-9]\d\d)$/.exec(String(entry)) ?? [];
  return from !== undefined && to !== undefined ? 'must be a range that begins with its smaller code' : undefined;
}

function suggestStatus(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  const [, from, to] = /^([1-9]\d\d)-([1-9]\d\d)$/.exec(input) ?? [];
  if (from !== undefined && to !== undefined && from > to) return `${to}-${from}`;
  const tidy = /[1-9](?:xx|\d\d)(?:-[1-9]\d\d)?/i.exec(input)?.[0].toLowerCase();
  return tidy !== undefined && tidy !== input && parseStatusRange(tidy) !== undefined ? tidy : undefined;
}
