import { type Channel, parseChannel, secretsOfChannel } from '../core/channel/channel.ts';
import type { MonitorMatch } from '../core/notify/match.ts';
import { type Policy, usualPolicy } from '../core/notify/policy.ts';
import type { NotifySettings, ReportPlan } from '../core/notify/settings.ts';
import { type Checked, type InputProblem, type Path, checkInput } from '../core/schema-problems.ts';
import { isValues } from './join-trees.ts';
import { type KnownMonitors, strangeChannels, strangeMatch } from './known-names.ts';
import { maintenanceSchema } from './maintenance-section.ts';
import { policySchema } from './policy-section.ts';
import { reportSchema } from './report-section.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a configuration says of telling people. */
export interface ReadNotify {
  /** Those that have no problem, enabled or not. */
  readonly channels: readonly Channel[];
  readonly notify: NotifySettings;
  /** What of the channels must not be shown. */
  readonly secrets: readonly string[];
  readonly problems: readonly InputProblem[];
  readonly warnings: readonly InputProblem[];
}

export interface NotifyInput {
  /** The whole file. */
  readonly value: Values;
  readonly known: KnownMonitors;
  /** Where a path is, for messages that name another place. */
  readonly lineOf: (path: Path) => string;
}

/** Reads channels, policies, maintenance and reports, and finds names in them that nothing has. */
export function readNotify(input: NotifyInput): ReadNotify {
  const { value } = input;
  const channels = readList(input, 'channels', parseChannel);
  const policies = readList(input, 'policies', (entry, base) => checkInput(policySchema, entry, base));
  const maintenance = readList(input, 'maintenance', (entry, base) => checkInput(maintenanceSchema, entry, base));
  const reports = readList(input, 'reports', (entry, base) => checkInput(reportSchema, entry, base));
  const enabled = channels.values.filter((channel) => channel.enabled);
  const known = { ...input, channels: channels.ids };
  const problems = [
    ...channels.problems,
    ...forbiddenPrograms(value),
    ...policies.problems,
    ...policies.entries.flatMap((entry) => [...strayMatch(entry, known), ...strayTells(entry, known)]),
    ...maintenance.problems,
    ...maintenance.entries.flatMap((entry) => strayMatch(entry, known)),
    ...reports.problems,
    ...reports.entries.flatMap((entry) => [...strayMatch(entry, known), ...strayTells(entry, known)]),
  ];
  const usual = value['policies'] === undefined && enabled.length > 0;
  return {
    channels: channels.values,
    notify: {
      channels: enabled.map(({ id, type }) => ({ id, type })),
      policies: usual ? [usualPolicy(enabled.map(({ id }) => id))] : policies.values,
      maintenance: maintenance.values,
      reports: reports.values,
    },
    secrets: channels.values.flatMap(secretsOfChannel),
    problems,
    warnings: usual || policies.problems.length > 0 ? [] : idleChannels(channels, policies.values, reports.values),
  };
}

/** An entry of a list that has no problem of its own. */
interface Entry<T> {
  readonly base: Path;
  readonly written: Values;
  readonly value: T;
}

interface ReadList<T> {
  readonly entries: readonly Entry<T>[];
  readonly values: readonly T[];
  /** Also of entries that have a problem. */
  readonly ids: ReadonlySet<string>;
  readonly problems: readonly InputProblem[];
}

/** Reads each entry of a list, and finds ids that are used twice. */
function readList<T extends { readonly id: string }>(
  { value, lineOf }: NotifyInput,
  section: string,
  read: (entry: unknown, base: Path) => Checked<T>,
): ReadList<T> {
  const list: readonly unknown[] = Array.isArray(value[section]) ? value[section] : [];
  const entries: Entry<T>[] = [];
  const problems: InputProblem[] = [];
  const places = new Map<string, Path>();
  for (const [index, written] of list.entries()) {
    // What could not be read at all has been told already.
    if (written === undefined) continue;
    const base = [section, index];
    const checked = read(written, base);
    const own = isValues(written) ? written : {};
    if ('problems' in checked) problems.push(...checked.problems);
    else entries.push({ base, written: own, value: checked.value });
    const id = 'value' in checked ? checked.value.id : own['id'];
    if (typeof id !== 'string') continue;
    const named = ['id', 'name'].find((key) => own[key] !== undefined);
    const path = named === undefined ? base : [...base, named];
    const before = places.get(id);
    if (before === undefined) places.set(id, path);
    else problems.push(repeated(own, { path, place: lineOf(before) }));
  }
  return { entries, values: entries.map(({ value: each }) => each), ids: new Set(places.keys()), problems };
}

function repeated(own: Values, { path, place }: { readonly path: Path; readonly place: string }): InputProblem {
  const message =
    own['id'] === undefined
      ? `this would have the same id as the one ${place}; give it an id of its own`
      : `this id is already that of the one ${place}`;
  return { path, message, suggestion: null, at: 'value' };
}

function strayMatch(
  { base, written, value }: Entry<{ readonly for: MonitorMatch }>,
  { known }: NotifyInput,
): InputProblem[] {
  return strangeMatch(value.for, written['for'], [...base, 'for'], known);
}

interface KnownChannels {
  readonly channels: ReadonlySet<string>;
}

function strayTells({ base, written, value }: Entry<Policy | ReportPlan>, { channels }: KnownChannels): InputProblem[] {
  const steps = 'escalate' in value ? value.escalate : [];
  const writtenSteps: readonly unknown[] = Array.isArray(written['escalate']) ? written['escalate'] : [];
  return [
    ...strangeChannels({ path: [...base, 'tell'], written: written['tell'], names: value.tell }, channels),
    ...steps.flatMap(({ tell }, index) => {
      const step = writtenSteps[index];
      const path = [...base, 'escalate', index, 'tell'];
      return strangeChannels({ path, written: isValues(step) ? step['tell'] : undefined, names: tell }, channels);
    }),
  ];
}

/** Programs are started only where the file says so: whoever may write a channel could start anything. */
function forbiddenPrograms({ channels, notifications }: Values): InputProblem[] {
  if (!Array.isArray(channels) || (isValues(notifications) && notifications['exec'] === true)) return [];
  return channels.flatMap((channel: unknown, index): InputProblem[] => {
    if (!isValues(channel) || channel['type'] !== 'exec') return [];
    const message = 'programs may not be started; "notifications: { exec: true }" in this file allows it';
    return [{ path: ['channels', index, 'type'], message, suggestion: null, at: 'value' }];
  });
}

/** Channels that are there for nothing: mostly a policy was forgotten. */
function idleChannels(
  { entries }: ReadList<Channel>,
  policies: readonly Policy[],
  reports: readonly ReportPlan[],
): InputProblem[] {
  const steps = policies.flatMap(({ escalate }) => escalate);
  const told = new Set([...policies, ...steps, ...reports].flatMap(({ tell }) => tell));
  return entries
    .filter(({ value: { id, enabled } }) => enabled && !told.has(id))
    .map(({ base }) => {
      const message = 'no policy and no report tells this channel anything';
      return { path: [...base, 'id'], message, suggestion: null, at: 'value' };
    });
}
