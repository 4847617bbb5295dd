import { defaultMonitorId } from '../core/monitor/base.ts';
import { defaultsFor, monitorDefaultsSchema } from '../core/monitor/defaults.ts';
import { slug } from '../core/monitor/fields.ts';
import { retentionField } from '../core/monitor/history-fields.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import { parseMonitor, spelledOut } from '../core/monitor/parse.ts';
import { readTargetUrl, shortUrl } from '../core/monitor/target-url.ts';
import { type Checked, type InputProblem, type Path, checkInput } from '../core/schema-problems.ts';
import { type Dependent, dependencyProblems } from './check-dependencies.ts';
import { isValues } from './join-trees.ts';
import type { KnownMonitors } from './known-names.ts';
import { monitorWarnings } from './monitor-warnings.ts';

type Values = Readonly<Record<string, unknown>>;

/** The monitors of a configuration, in the order of the file. */
export interface ReadMonitors {
  /** Those that have no problem. */
  readonly monitors: readonly Monitor[];
  readonly known: KnownMonitors;
  readonly problems: readonly InputProblem[];
  readonly warnings: readonly InputProblem[];
}

export interface MonitorsInput {
  readonly defaults: unknown;
  /** What `storage.retention` says: a monitor that sets some of it means the rest to stay. */
  readonly retention: unknown;
  readonly monitors: readonly unknown[];
  /** Values from `${…}`: a name that is made from a url leaves them out. */
  readonly secrets: readonly string[];
  /** Where a path is, for messages that name another place. */
  readonly lineOf: (path: Path) => string;
}

/** Reads each monitor, with `defaults` below its own keys, and finds ids and tokens that are used twice. */
export function readMonitors({ defaults, retention, monitors: inputs, secrets, lineOf }: MonitorsInput): ReadMonitors {
  const read = { ...readDefaults(defaults), retention: soundRetention(retention) };
  const monitors: Monitor[] = [];
  const problems = [...read.problems];
  const warnings: InputProblem[] = [];
  const ids = new Map<string, Path>();
  const tokens = new Map<string, Path>();
  const groups = new Set<string>();
  const dependents: Dependent[] = [];
  for (const [index, input] of inputs.entries()) {
    const base = ['monitors', index];
    // What could not be read at all has been told already.
    if (input === undefined) continue;
    const own = typeof input === 'string' ? { url: input } : input;
    if (!isValues(own)) {
      const message = `entry ${index + 1} of monitors must be a url or a map of keys`;
      problems.push({ path: base, message, suggestion: null, at: 'value' });
      continue;
    }
    const named = nameHidingSecrets(own, secrets);
    const checked = readOne(read, named, base);
    const entry = { base, own: own === input ? own : {} };
    const group = 'value' in checked ? checked.value.group : (own['group'] ?? read.values['group']);
    if (typeof group === 'string') groups.add(group.normalize('NFC').trim());
    if ('value' in checked) {
      monitors.push(checked.value);
      dependents.push(dependentOf(checked.value, entry));
      warnings.push(...monitorWarnings(checked.value, { ...entry, secrets }));
    } else {
      problems.push(...checked.problems.map((problem) => placeInOwnKeys(problem, entry)));
    }
    const repeated = claimId(ids, 'value' in checked ? checked.value.id : likelyId(named), entry);
    if (repeated !== undefined) problems.push(repeatedId(repeated, { ...entry, lineOf }));
    const sharing = claimToken(tokens, named['token'], base);
    if (sharing !== undefined) problems.push(repeatedToken(lineOf(sharing), base));
  }
  const complete = monitors.length === inputs.length;
  const known = { ids: new Set(ids.keys()), groups, complete, ...namesOf(monitors) };
  problems.push(...dependencyProblems(dependents, known));
  return { monitors, known, problems, warnings };
}

function dependentOf({ id, depends_on: parents }: Monitor, { base, own }: Entry): Dependent {
  return { base, id, written: own['depends_on'], parents };
}

function namesOf(monitors: readonly Monitor[]): Pick<KnownMonitors, 'idsByName' | 'tags'> {
  const tags = new Map<string, Set<string>>();
  for (const [name, value] of monitors.flatMap((monitor) => Object.entries(monitor.tags))) {
    tags.set(name, (tags.get(name) ?? new Set()).add(value));
  }
  return { tags, idsByName: new Map(monitors.map(({ id, name }) => [slug(name), id])) };
}

interface Usual {
  readonly values: Values;
  readonly retention: Values;
}

function readOne({ values: defaults, retention }: Usual, own: Values, base: Path): Checked<Monitor> {
  const spelled = spelledOut(own, base);
  if ('problem' in spelled) return { problems: [spelled.problem] };
  const joined = withDefaults(defaultsFor(spelled.type, defaults, spelled.values), spelled.values);
  const kept = joined['retention'];
  return parseMonitor(isValues(kept) ? { ...joined, retention: { ...retention, ...kept } } : joined, base);
}

function readDefaults(defaults: unknown): { readonly values: Values; readonly problems: readonly InputProblem[] } {
  if (!isValues(defaults)) return { values: {}, problems: [] };
  const checked = checkInput(monitorDefaultsSchema, defaults, ['defaults']);
  if ('value' in checked) return { values: defaults, problems: [] };
  // A default that is wrong is told once, not again for every monitor.
  const wrong = new Set(checked.problems.map(({ path }) => path[1]));
  const sound = Object.entries(defaults).filter(([key]) => !wrong.has(key));
  return { values: Object.fromEntries(sound), problems: checked.problems };
}

/** A retention that is wrong is told once, not again for every monitor. */
function soundRetention(retention: unknown): Values {
  return isValues(retention) && retentionField.safeParse(retention).success ? retention : {};
}

/** A monitor's own keys before those of `defaults`; maps are joined key by key. */
function withDefaults(defaults: Values, own: Values): Values {
  const joined: Record<string, unknown> = { ...defaults, ...own };
  for (const key of ['tags', 'expect', 'headers', 'tls', 'degraded', 'slo', 'retention', 'flapping']) {
    const [base, mine] = [asMap(defaults[key]), asMap(own[key])];
    if (base === undefined || mine === undefined) continue;
    // The case of a header does not matter, so one that a monitor sets replaces a default in any spelling.
    const set = new Set(Object.keys(mine).map((name) => (key === 'headers' ? name.toLowerCase() : name)));
    const kept = Object.entries(base).filter(([name]) => !set.has(key === 'headers' ? name.toLowerCase() : name));
    joined[key] = { ...Object.fromEntries(kept), ...mine };
  }
  return joined;
}

/** A map, or a list of tag names as the map it stands for; `undefined` for what is neither. */
function asMap(value: unknown): Values | undefined {
  if (isValues(value)) return value;
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) return undefined;
  return Object.fromEntries(value.map((name) => [name, '']));
}

/** Gives a monitor without a name one that shows nothing of the url that came from `${…}`. */
function nameHidingSecrets(own: Values, secrets: readonly string[]): Values {
  const { url, name } = own;
  if (name !== undefined || typeof url !== 'string' || !URL.canParse(url)) return own;
  const hidden = secrets.filter((secret) => url.includes(secret));
  if (hidden.length === 0) return own;
  const { host, pathname } = new URL(url);
  let path = pathname;
  for (const secret of hidden) {
    // Of a whole address in a variable the host may be seen: a name must say something.
    const part = URL.canParse(secret) ? new URL(secret).pathname.replace(/\/+$/, '') : secret;
    if (part !== '') path = path.replaceAll(part, part.startsWith('/') ? '/…' : '…');
  }
  return host === '' ? own : { ...own, name: `${host}${path}`.replace(/\/+$/, '').slice(0, 200) };
}

interface Entry {
  readonly base: Path;
  /** The keys of the monitor itself, without `defaults`; none for a bare url. */
  readonly own: Values;
}

/** Keys that must fit the interval. */
const TIMES: ReadonlySet<string> = new Set(['timeout', 'retry_interval', 'interval_down']);

/** A problem of a bare url is told at the url; a clash with a default is told at the monitor's own key. */
function placeInOwnKeys(problem: InputProblem, { base, own }: Entry): InputProblem {
  const key = String(problem.path[base.length]);
  if (Object.hasOwn(own, key) || problem.at === 'missing') return problem;
  if (!TIMES.has(key) || !Object.hasOwn(own, 'interval')) {
    // A key that stands in a short address such as tcp://host:port is told at the address.
    const isShort = typeof own['url'] === 'string' && !Object.hasOwn(own, 'type');
    return { ...problem, path: isShort ? [...base, 'url'] : base };
  }
  return { ...problem, path: [...base, 'interval'], message: `${problem.message}; defaults set the ${key}` };
}

/** The id a monitor has or would have, as far as it can be told while other keys of it are wrong. */
function likelyId({ id, name, url, group }: Values): string | undefined {
  if (id !== undefined) return typeof id === 'string' ? id : undefined;
  const read = typeof url === 'string' ? readTargetUrl(url) : undefined;
  const address = read !== undefined && 'url' in read ? read.url : undefined;
  const shown = typeof name === 'string' ? name : address && shortUrl(address);
  if (shown === undefined) return undefined;
  return defaultMonitorId({ group: typeof group === 'string' ? group : null, name: shown, address: address ?? '' });
}

/** Takes an id for a monitor; returns where it was taken before, if it was. Upper and lower case do not matter. */
function claimId(ids: Map<string, Path>, id: string | undefined, { base, own }: Entry): Path | undefined {
  if (id === undefined) return undefined;
  const key = id.toLowerCase();
  const before = ids.get(key);
  if (before === undefined) ids.set(key, idPath(base, own));
  return before;
}

function repeatedId(before: Path, entry: Entry & Pick<MonitorsInput, 'lineOf'>): InputProblem {
  const { base, own, lineOf } = entry;
  const place = lineOf(before);
  const message =
    own['id'] === undefined
      ? `this monitor would have the same id as the one ${place}; give it an id of its own`
      : `this id is already that of the monitor ${place}`;
  return { path: idPath(base, own), message, suggestion: null, at: 'value' };
}

/** Takes a token for a monitor; returns where it was taken before, if it was. */
function claimToken(tokens: Map<string, Path>, token: unknown, base: Path): Path | undefined {
  if (typeof token !== 'string') return undefined;
  const before = tokens.get(token);
  if (before === undefined) tokens.set(token, [...base, 'token']);
  return before;
}

function repeatedToken(place: string, base: Path): InputProblem {
  const message = `this token is already that of the monitor ${place}; every job needs one of its own`;
  return { path: [...base, 'token'], message, suggestion: null, at: 'value' };
}

function idPath(base: Path, own: Values): Path {
  const key = ['id', 'name', 'url', 'host', 'token'].find((name) => own[name] !== undefined);
  return key === undefined ? base : [...base, key];
}
