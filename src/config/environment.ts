import { resolve } from 'node:path';
import { z } from 'zod';
import { closest } from '../core/closest.ts';
import { idField } from '../core/monitor/fields.ts';
import { checkInput } from '../core/schema-problems.ts';
import { concurrencyField, redisUrlField } from './file-schema.ts';
import { listenField } from './listen-field.ts';
import { allowPrivateField } from './network-section.ts';
import { ConfigError, type Problem } from './problem.ts';
import { pathFault } from './storage-section.ts';
import { problemWith } from './yaml-source.ts';

/** Variables as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the environment says; a setting that is not there, or empty, is `null`. */
export interface Environment {
  /** LONGWATCH_CONFIG: the configuration file or folder. */
  readonly config: string | null;
  /** LONGWATCH_LISTEN: instead of `server.listen`. */
  readonly listen: { readonly host: string; readonly port: number } | null;
  /** LONGWATCH_DB: instead of `storage.path`; absolute. */
  readonly db: string | null;
  /** LONGWATCH_REDIS_URL: instead of `redis.url`. */
  readonly redisUrl: string | null;
  /** LONGWATCH_LOCATION: instead of `worker.location`. */
  readonly location: string | null;
  /** LONGWATCH_CONCURRENCY: instead of `worker.concurrency`. */
  readonly concurrency: number | null;
  /** LONGWATCH_ALLOW_PRIVATE: instead of `network.allow_private`. */
  readonly allowPrivate: boolean | null;
  /** LONGWATCH_SECRET, at least 16 characters, or LONGWATCH_SECRET_FILE, absolute; never both. The file is not read here. */
  readonly secret: { readonly value: string | null; readonly file: string | null };
}

export interface EnvironmentOptions {
  /** `process.env` when left out. */
  readonly env?: Variables;
  /** From where relative paths are taken; the working directory when left out. */
  readonly cwd?: string;
}

/** The variables and the working directory of this process. */
export function processEnvironment(): { readonly env: Variables; readonly cwd: string } {
  return { env: process.env, cwd: process.cwd() };
}

/** The settings and what is wrong with them; one that is wrong is `null`. */
export interface CheckedEnvironment {
  readonly environment: Environment;
  readonly problems: readonly Problem[];
}

const MIN_SECRET_LENGTH = 16;

const path = z.string().transform((text, context) => {
  const message = pathFault(text);
  if (message === undefined) return text;
  context.issues.push({ code: 'custom', input: text, message });
  return z.NEVER;
});
const wholeNumber = z.string().transform((text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN));

const FIELDS = {
  LONGWATCH_CONFIG: z.string(),
  LONGWATCH_LISTEN: listenField(),
  LONGWATCH_DB: path,
  LONGWATCH_REDIS_URL: redisUrlField(),
  LONGWATCH_LOCATION: idField(),
  LONGWATCH_CONCURRENCY: wholeNumber.pipe(concurrencyField()),
  LONGWATCH_ALLOW_PRIVATE: allowPrivateField,
  // Of `longwatch push` alone, which reads them by itself.
  LONGWATCH_URL: z.string(),
  LONGWATCH_PUSH_TOKEN: z.string(),
  LONGWATCH_SECRET: z.string().min(MIN_SECRET_LENGTH),
  LONGWATCH_SECRET_FILE: path,
};
const schema = z.object(FIELDS).partial();

/** Reads the settings in the environment. Throws a {@link ConfigError} that names every variable that is wrong. */
export function readEnvironment(options: EnvironmentOptions = {}): Environment {
  const { environment, problems } = checkEnvironment(options);
  if (problems.some(({ severity }) => severity === 'error')) throw new ConfigError('the environment', problems);
  return environment;
}

/** Reads the settings in the environment, with every problem at once. */
export function checkEnvironment({ env = process.env, cwd = process.cwd() }: EnvironmentOptions): CheckedEnvironment {
  const problems: Problem[] = [];
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    // compose writes an empty value for a variable that is not set.
    if (!name.startsWith('LONGWATCH_') || value === undefined || value === '') continue;
    if (Object.hasOwn(FIELDS, name)) set[name] = value;
    else problems.push(...unknownVariable(name));
  }
  const checked = checkInput(schema, set);
  if ('problems' in checked) {
    for (const { path, message, suggestion } of checked.problems) {
      problems.push({ ...problemWith('environment', message), path: path.join('.'), suggestion });
      delete set[String(path[0])];
    }
  }
  const values = schema.parse(set);
  problems.push(...secretProblems(set));
  const environment = {
    config: values.LONGWATCH_CONFIG ?? null,
    listen: values.LONGWATCH_LISTEN ?? null,
    db: values.LONGWATCH_DB === undefined ? null : resolve(cwd, values.LONGWATCH_DB),
    redisUrl: values.LONGWATCH_REDIS_URL ?? null,
    location: values.LONGWATCH_LOCATION ?? null,
    concurrency: values.LONGWATCH_CONCURRENCY ?? null,
    allowPrivate: values.LONGWATCH_ALLOW_PRIVATE ?? null,
    secret: {
      value: values.LONGWATCH_SECRET ?? null,
      file: values.LONGWATCH_SECRET_FILE === undefined ? null : resolve(cwd, values.LONGWATCH_SECRET_FILE),
    },
  };
  return { environment, problems };
}

/** A remark when a name looks like a slip; others may be the user's own, for `${…}`. */
function unknownVariable(name: string): readonly Problem[] {
  const known = Object.keys(FIELDS).map((field) => field.slice('LONGWATCH_'.length));
  const meant = closest(name.slice('LONGWATCH_'.length), known);
  if (meant === undefined) return [];
  const problem = problemWith('environment', `${name} is not a setting of Longwatch`);
  return [{ ...problem, path: name, severity: 'warning', suggestion: `LONGWATCH_${meant}` }];
}

function secretProblems({
  LONGWATCH_SECRET: value,
  LONGWATCH_SECRET_FILE: file,
}: Record<string, string>): readonly Problem[] {
  if (value === undefined || file === undefined) return [];
  const message = 'LONGWATCH_SECRET and LONGWATCH_SECRET_FILE are both set; keep one';
  return [{ ...problemWith('environment', message), path: 'LONGWATCH_SECRET' }];
}
