import type { z } from 'zod';
import { NO_NOTIFY } from '../core/notify/settings.ts';
import { type Checked, type InputProblem, type Path, checkInput } from '../core/schema-problems.ts';
import { type Environment, type Variables, checkEnvironment } from './environment.ts';
import { fileSectionsSchema, workerSectionsSchema } from './file-schema.ts';
import type { FoundConfig } from './find-files.ts';
import { groupSettings, strayGroups, type groupsSection } from './groups-section.ts';
import { type Joined, isValues, joinTrees } from './join-trees.ts';
import { locate, placeOf } from './locate.ts';
import { type Problem, problemLine } from './problem.ts';
import { readMonitors } from './read-monitors.ts';
import { readNotify } from './read-notify.ts';
import type { Settings } from './settings.ts';
import { isBehindProxy, secretsOfServer, serverSettings } from './server-section.ts';
import { storageSettings } from './storage-section.ts';
import { type ConfigFile, composeSource, problemWith } from './yaml-source.ts';
import { type Tree, type TreeOptions, readTree } from './yaml-tree.ts';

/** The settings of a worker that runs on its own: it has a queue server, and no monitors of its own. */
export type WorkerSettings = Settings & { readonly redis: { readonly url: string } };

/** What was found in a configuration, right or wrong. */
export interface CheckedSettings<T> {
  /** `null` when there is an error. */
  readonly settings: T | null;
  /** Errors and warnings, in the order of the files. */
  readonly problems: readonly Problem[];
  /** How many monitors are listed, right or wrong. */
  readonly monitors: number;
}

export interface CheckOptions {
  readonly env: Variables;
  readonly cwd: string;
}

/** Reads a whole configuration and the environment, with every problem at once. */
export function checkSettings(found: FoundConfig, options: CheckOptions): CheckedSettings<Settings> {
  const draft = draftOf(found, options, fileSectionsSchema);
  const { parts, value, secrets } = draft;
  const inputs: readonly unknown[] = Array.isArray(value['monitors']) ? value['monitors'] : [];
  const lineOf = (path: Path): string => {
    const { file, line } = placeOf(parts, path);
    return parts.length > 1 ? `in ${file} on line ${line}` : `on line ${line}`;
  };
  const read = readMonitors({
    defaults: value['defaults'],
    retention: isValues(value['storage']) ? value['storage']['retention'] : undefined,
    monitors: inputs,
    secrets,
    lineOf,
  });
  const { channels, notify, ...told } = readNotify({ value, known: read.known, lineOf });
  const stray = strayGroups(value['groups'], read.known.groups);
  const problems = draft.finish([
    ...[...read.problems, ...told.problems, ...stray].map((problem) => locate(parts, problem)),
    ...[...guardless(draft.settings), ...read.warnings, ...told.warnings].map((problem) =>
      locate(parts, problem, 'warning'),
    ),
  ]);
  const settings = hasError(problems) ? null : draft.settings;
  if (settings === null) return { settings, problems, monitors: inputs.length };
  const warnings = problems.map(problemLine);
  const { monitors } = read;
  const hidden = [...new Set([...secrets, ...told.secrets])];
  return {
    settings: { ...settings, monitors, channels, notify, secrets: hidden, warnings },
    problems,
    monitors: inputs.length,
  };
}

function guardless(settings: Settings | null): InputProblem[] {
  if (settings === null || settings.server.apiToken !== null || !isBehindProxy(settings.server)) return [];
  const message =
    'public_url leads here through another server: set api_token too, or nobody can acknowledge, silence or resolve but by the links in messages';
  return [{ path: ['server', 'public_url'], message, suggestion: null, at: 'value' }];
}

/** What a worker on its own does not look at. */
const SERVER_KEYS = new Set([
  'groups',
  'defaults',
  'monitors',
  'channels',
  'policies',
  'maintenance',
  'reports',
  'notifications',
]);

/** Reads what concerns a worker on its own; the file may be missing, and its monitors and channels are not looked at. */
export function checkWorkerSettings(
  found: FoundConfig | undefined,
  options: CheckOptions,
): CheckedSettings<WorkerSettings> {
  const place = found ?? { path: null, name: 'environment', folder: options.cwd, files: [] };
  const draft = draftOf(place, { ...options, skip: SERVER_KEYS }, workerSectionsSchema);
  const redis = draft.settings?.redis ?? null;
  const problems = draft.finish(draft.settings !== null && redis === null ? [noQueueServer(place)] : []);
  if (hasError(problems) || draft.settings === null || redis === null) return { settings: null, problems, monitors: 0 };
  const warnings = problems.map(problemLine);
  return { settings: { ...draft.settings, redis, warnings }, problems, monitors: 0 };
}

function noQueueServer({ name }: FoundConfig): Problem {
  const message = 'a worker on its own needs a queue server: set LONGWATCH_REDIS_URL, or redis.url in the file';
  return { ...problemWith(name, message), path: 'redis.url' };
}

/** A configuration whose sections have been read, and whose monitors have not. */
interface Draft {
  readonly value: Joined['value'];
  readonly parts: Joined['parts'];
  readonly secrets: readonly string[];
  /** Without monitors and warnings; `null` when a section is wrong. */
  readonly settings: Settings | null;
  /** Adds problems to those that are known: without echoes and secrets, in the order of the files. */
  finish(more: readonly Problem[]): readonly Problem[];
}

type Sections = z.output<typeof workerSectionsSchema> & { readonly groups?: z.output<typeof groupsSection> };

function draftOf(found: FoundConfig, options: CheckOptions & TreeOptions, schema: z.ZodType<Sections>): Draft {
  const { trees, problems: unreadable } = readFiles(found.files, options);
  const { value, parts, problems: clashes } = joinTrees(trees);
  const { environment, problems: fromEnvironment } = checkEnvironment(options);
  const sections: Checked<Sections> = checkInput(schema, value);
  const settings = 'value' in sections ? settingsOf(sections.value, environment, found) : null;
  const redisUrl = settings?.redis?.url ?? environment.redisUrl;
  const secrets = [...new Set([...secretsOf(trees, redisUrl), ...(settings?.secrets ?? [])])];
  const known = [...unreadable, ...clashes];
  // What is missing may be in the file that could not be read, or in none because nothing could.
  const partial = trees.length < found.files.length || (parts.length === 0 && trees.length > 0);
  const judged = ('problems' in sections ? sections.problems : [])
    .filter(({ at, path }) => !(partial && at === 'missing' && path.length === 1))
    .map((problem) => locate(parts, problem));
  return {
    value,
    parts,
    secrets,
    settings: settings === null ? null : { ...settings, secrets },
    finish(more) {
      const all = [...known, ...withoutEchoes([...judged, ...more], known), ...fromEnvironment];
      return inOrder(all, found.files).map((problem) => hideSecrets(problem, secrets));
    },
  };
}

/** What the file says, and what the environment says instead. */
function settingsOf(sections: Sections, environment: Environment, found: FoundConfig): Settings {
  const { server, storage, redis, worker, network, groups = {} } = sections;
  const url = environment.redisUrl ?? redis.url;
  return {
    file: found.path,
    server: { listen: environment.listen ?? server.listen, ...serverSettings(server) },
    storage: storageSettings(storage, { folder: found.folder, db: environment.db }),
    redis: url === null ? null : { url },
    worker: {
      ...worker,
      concurrency: environment.concurrency ?? worker.concurrency,
      location: environment.location ?? worker.location,
    },
    network: { ...network, allow_private: environment.allowPrivate ?? network.allow_private },
    monitors: [],
    groups: groupSettings(groups),
    channels: [],
    notify: NO_NOTIFY,
    secrets: secretsOfServer(server),
    warnings: [],
  };
}

function readFiles(
  files: readonly ConfigFile[],
  options: TreeOptions,
): { readonly trees: readonly Tree[]; readonly problems: readonly Problem[] } {
  const trees: Tree[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const composed = composeSource(file);
    if ('problems' in composed) {
      problems.push(...composed.problems);
      continue;
    }
    const tree = readTree(composed.source, options);
    if (!tree.overflowed) trees.push(tree);
    problems.push(...tree.problems);
  }
  return { trees, problems };
}

/** Leaves out what only follows from a problem that is already known: of the same value, or of one inside it. */
function withoutEchoes(problems: readonly Problem[], known: readonly Problem[]): readonly Problem[] {
  const told = new Set<string>();
  for (const { file, path } of known) {
    const keys = path.split('.');
    for (let length = keys.length; length > 0; length -= 1) told.add(`${file}\n${keys.slice(0, length).join('.')}`);
  }
  return problems.filter(({ file, path }) => !told.has(`${file}\n${path}`));
}

/** Sorted by file and line; what is on no line of a file comes last. */
function inOrder(problems: readonly Problem[], files: readonly ConfigFile[]): readonly Problem[] {
  const order = new Map(files.map(({ name }, index) => [name, index]));
  const rank = ({ file }: Problem) => order.get(file) ?? order.size;
  return problems.toSorted(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Messages never repeat a value; a suggestion is made from one, and is left out if it would show what came from `${…}`. */
function hideSecrets(problem: Problem, secrets: readonly string[]): Problem {
  const { suggestion } = problem;
  const tells = suggestion !== null && secrets.some((secret) => suggestion.includes(secret));
  return tells ? { ...problem, suggestion: null } : problem;
}

/** What must not be shown: the values of `${…}`, and the password of the queue server wherever it was written. */
function secretsOf(trees: readonly Tree[], redisUrl: string | null): readonly string[] {
  const password = redisUrl === null ? '' : decodeURIComponent(new URL(redisUrl).password);
  return [...new Set([...trees.flatMap((tree) => tree.secrets), ...(password === '' ? [] : [password])])];
}
