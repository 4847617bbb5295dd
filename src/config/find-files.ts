import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { AppError, errorCode, toError } from '../core/errors.ts';
import { type ConfigFile, MAX_FILE_BYTES } from './yaml-source.ts';

/** Where the configuration is looked for when nobody names it, in this order. */
export const DEFAULT_FILES = ['./longwatch.yaml', '/etc/longwatch/longwatch.yaml'] as const;

/** The configuration as it was found. */
export interface FoundConfig {
  /** Absolute path of the file or folder; `null` for text that came from elsewhere. */
  readonly path: string | null;
  /** As people are shown it. */
  readonly name: string;
  /** Absolute path of the folder from which relative paths are taken. */
  readonly folder: string;
  readonly files: readonly ConfigFile[];
}

export interface FindOptions {
  /** What `--config` names: a file, or a folder of `*.yaml` files. */
  readonly file?: string | undefined;
  /** What `LONGWATCH_CONFIG` names. */
  readonly fromEnvironment?: string | undefined;
  readonly cwd: string;
}

/**
 * Finds the configuration and reads its files. Returns `undefined` when nobody named one and the usual places have none;
 * throws `config_not_found` for a named one that is not there, `config_unreadable` for one that cannot be read.
 */
export function findConfig({ file, fromEnvironment, cwd }: FindOptions): FoundConfig | undefined {
  // An empty variable is one that is not set; an empty --config is a mistake.
  const named = file ?? (fromEnvironment || undefined);
  if (named !== undefined) {
    const found = named === '' ? undefined : readConfig(named, cwd);
    if (found !== undefined) return found;
    const by = file === undefined ? ' (named by LONGWATCH_CONFIG)' : '';
    throw new AppError('config_not_found', `there is no file ${named || '""'}${by}`, { hint: NOT_FOUND_HINT });
  }
  for (const place of DEFAULT_FILES) {
    const found = readConfig(place, cwd);
    if (found !== undefined) return found;
  }
  return undefined;
}

const NOT_FOUND_HINT = 'Name the file with --config, or with LONGWATCH_CONFIG.';

/** The error for a configuration that nobody named and that is in none of the usual places. */
export function noConfigFound(cwd: string): AppError {
  const places = DEFAULT_FILES.map((place) => resolve(cwd, place)).join(' and ');
  return new AppError('config_not_found', `there is no configuration file; looked for ${places}`, {
    hint: `${NOT_FOUND_HINT} A file of three lines is enough: docs/configuration.md shows it.`,
  });
}

/** The files a configuration consists of, absolute and in order: the file itself, or the `*.yaml` of a folder. */
export function configFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith('.'));
  return names.toSorted().map((name) => join(path, name));
}

function readConfig(named: string, cwd: string): FoundConfig | undefined {
  const path = resolve(cwd, named);
  try {
    const isFolder = statSync(path).isDirectory();
    const folder = isFolder ? path : dirname(path);
    const paths = configFiles(path);
    if (paths.length === 0) {
      throw new AppError('config_not_found', `the folder ${named} has no file that ends in .yaml`);
    }
    const files = paths.map((each) => ({ name: shownName(each, cwd), folder, bytes: readBytes(each) }));
    return { path, name: shownName(path, cwd), folder, files };
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const code = errorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const reason = code === 'EACCES' ? 'no permission' : toError(thrown).message;
    throw new AppError('config_unreadable', `${named} cannot be read: ${reason}`, { cause: thrown });
  }
}

/** A file that is too large is not read to its end; what is left is still too large, which is then the problem. */
function readBytes(path: string): Uint8Array {
  return statSync(path).size > MAX_FILE_BYTES ? new Uint8Array(MAX_FILE_BYTES + 1) : readFileSync(path);
}

function shownName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
