import { z } from 'zod';
import { type Milliseconds, formatDuration, parseDuration } from '../duration.ts';
import { suggesters } from '../schema-problems.ts';

/** The grammar of ids: of monitors, whose history follows it, and of locations. */
export const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const DURATION_PATTERN = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$';
const MAX_TAGS = 50;

type Judge<T> = (value: T) => string | undefined;

/** The words of a union for a value that fits none of its branches; a missing value is told by whoever lacks it. */
export function wrong(message: string): z.core.$ZodErrorMap {
  return ({ input }) => (input === undefined || input === null ? undefined : message);
}

/** Turns a judgement (what is wrong, or nothing) into a check of zod's. */
export function judged<T>(judge: Judge<T>): z.core.CheckFn<T> {
  return (payload) => {
    const message = judge(payload.value);
    if (message !== undefined) payload.issues.push({ code: 'custom', input: payload.value, message });
  };
}

/** Ends the reading of a field: says what is wrong, worded to follow the name of the key. */
export function refuse(context: z.core.ParsePayload, input: unknown, message: string): never {
  context.issues.push({ code: 'custom', input, message });
  return z.NEVER;
}

/** A duration with a unit, from `min` to `max`. `bare` is the unit that a number without one was probably meant in. */
export function durationField(min: Milliseconds, max: Milliseconds, bare: 's' | 'd' = 's') {
  const message = 'must be a duration with a unit, such as 30s, 5m or 1h30m';
  const text = z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : message) })
    .meta({ pattern: DURATION_PATTERN, examples: ['30s', '5m'] });
  return z
    .codec(text, z.number(), {
      decode(text, context): Milliseconds {
        const duration = parseDuration(text);
        if (duration !== undefined && duration >= min && duration <= max) return duration;
        const range = `must be from ${formatDuration(min)} to ${formatDuration(max)}`;
        return refuse(context, text, duration === undefined ? message : range);
      },
      encode: formatDuration,
    })
    .register(suggesters, {
      suggest(input) {
        const text = likelyDuration(input, bare);
        const duration = parseDuration(text);
        return duration !== undefined && duration >= min && duration <= max && text !== input ? text : undefined;
      },
    });
}

function likelyDuration(input: unknown, bareUnit: 's' | 'd'): string {
  const written = String(input).replaceAll(' ', '').toLowerCase();
  const match = /^(\d{1,9}(?:\.\d+)?)([a-z]*)$/.exec(written);
  const [, amount = '', word = ''] = match ?? [];
  const unit = /^ms|^milli/.test(word) ? 'ms' : word.slice(0, 1);
  // A bare number is seconds in most tools; from 1000 on it was probably milliseconds.
  const bare = Number(amount) < 1000 ? `${amount}${bareUnit}` : formatDuration(Number(amount));
  const single = word === '' ? bare : `${amount}${unit}`;
  return match === null ? written : single;
}

/** One line of text for people: Unicode NFC, no blanks around it, no control or direction characters. */
export function labelField(maxLength: number) {
  return z.codec(z.string(), z.string(), {
    decode(text, context) {
      const label = text.normalize('NFC').trim();
      const message = labelFault(label, maxLength);
      return message === undefined ? label : refuse(context, text, message);
    },
    encode: (label) => label,
  });
}

/** What is wrong with one line of text for people, or `undefined`. */
export function labelFault(label: string, maxLength: number): string | undefined {
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
  const written = z.union([z.array(name), z.record(name, value)], {
    error: ({ input }) => (input === null ? undefined : 'must be a map of names and values, or a list of names'),
  });
  return z.codec(written, z.custom<Readonly<Record<string, string>>>(), {
    decode(tags, context) {
      const map = Array.isArray(tags) ? Object.fromEntries(tags.map((tag) => [tag, ''])) : tags;
      if (Object.keys(map).length <= MAX_TAGS) return map;
      return refuse(context, tags, `must have at most ${MAX_TAGS} entries`);
    },
    encode: (tags) => ({ ...tags }),
  });
}

const BYTE_UNITS = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;
const SIZE = /^(\d{1,9})(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/;

/** A number of bytes with a unit (B, KB, KiB, MB, MiB and so on to TiB), from `min` to `max`. */
export function bytesField(min: number, max: number, examples: readonly [string, string] = ['256KiB', '1MiB']) {
  const message = `must be a size with a unit, such as ${examples.join(' or ')}`;
  const text = z.string({ error: wrong(message) }).meta({ pattern: SIZE.source, examples: [...examples] });
  return z
    .codec(text, z.number(), {
      decode(input, context): number {
        const match = SIZE.exec(input.trim());
        if (match === null) return refuse(context, input, message);
        const size = Number(match[1]) * BYTE_UNITS[match[2] as keyof typeof BYTE_UNITS];
        return size >= min && size <= max
          ? size
          : refuse(context, input, `must be from ${formatBytes(min)} to ${formatBytes(max)}`);
      },
      encode: formatBytes,
    })
    .register(suggesters, {
      suggest(input) {
        const size = Number.isInteger(input) ? Number(input) : likelySize(input);
        return size !== undefined && size >= min && size <= max ? formatBytes(size) : undefined;
      },
    });
}

/** `10 gb`, `10G` and `10gib` are what other tools take. */
function likelySize(input: unknown): number | undefined {
  const [, amount, prefix = '', binary = ''] =
    /^(\d{1,9})\s*([kmgt])(i?)(?:b|bytes?)?$/i.exec(String(input).trim()) ?? [];
  const unit = `${prefix.toUpperCase()}${binary.toLowerCase()}B` as keyof typeof BYTE_UNITS;
  return amount === undefined ? undefined : Number(amount) * BYTE_UNITS[unit];
}

/** Writes a number of bytes in the largest exact unit: 1048576 is `1MiB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['TiB', 'TB', 'GiB', 'GB', 'MiB', 'MB', 'KiB', 'KB'] as const) {
    if (bytes > 0 && bytes % BYTE_UNITS[unit] === 0) return `${bytes / BYTE_UNITS[unit]}${unit}`;
  }
  return `${bytes}B`;
}

/** A list, of which a single entry may be written without brackets. */
export function listOf<T>(entry: z.ZodType<T, string>, most: number) {
  return z.codec(
    z.union([entry, z.array(entry).max(most)], { error: ({ input }) => (input === null ? 'has no value' : undefined) }),
    z.custom<readonly T[]>(),
    {
      decode: (input) => (Array.isArray(input) ? (input as readonly T[]) : [input]),
      encode: (list) => [...list],
    },
  );
}

/**
 * Something that can be switched off as a whole: what `on` reads, or `null`, written `off` or `false`. YAML 1.2 reads
 * `off` as text. The message says what else there is, worded to follow the name of the key.
 */
export function orOff<T, W>(on: z.ZodType<T, W>, message: string): z.ZodType<T | null, W | 'off' | false> {
  const off = z.literal(['off', false], { error: wrong(message) });
  const either: z.ZodType<T | null, W | 'off' | false> = z.codec(
    z.union([off, on], { error: wrong(message) }),
    z.custom<T | null>(),
    {
      decode: (read) => (read === 'off' || read === false ? null : read),
      encode: (kept) => (kept === null ? ('off' as const) : (kept as never)),
    },
  );
  suggesters.add(either, {
    suggest: (input) => (input === null || input === 0 || isNoWord(input) ? 'off' : undefined),
  });
  return either;
}

/** What other tools take for `off`. */
function isNoWord(input: unknown): boolean {
  return typeof input === 'string' && /^(?:no|none|never|null|false|disabled)$/i.test(input);
}
