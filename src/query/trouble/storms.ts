import type { EventCause } from '../../core/trouble/event.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { IncidentKind } from '../../core/trouble/incident.ts';
import type { Database } from '../../db/native.ts';
import { inSnapshot } from '../snapshot.ts';
import type { IncidentAnswer } from './incident-answer.ts';
import { incidentAnswer, SELECT_INCIDENTS, type NamedIncidentRow } from './incident-rows.ts';
import { stormGroups, type StormBond, type StormGroup, type StormMember } from './storm-groups.ts';

/** Which storms are asked for: those with an incident that was open within a stretch of time, ms since the epoch. */
export interface StormsQuestion {
  readonly since: number;
  readonly until: number;
  readonly now: number;
}

/** Incidents that belong together, because they have something in common. */
export interface StormAnswer {
  /** The number of its first incident. */
  readonly storm: number;
  readonly started_at: string;
  /** When the last of them ended; `null` while one is open. */
  readonly ended_at: string | null;
  /** How many there are, and how many of them are open. */
  readonly total: number;
  readonly open: number;
  readonly because: StormBond[];
  readonly incidents: IncidentAnswer[];
}

/** Storms, newest first. */
export interface StormsAnswer {
  readonly storms: StormAnswer[];
}

/** How far beyond the incidents that are asked about others are looked at, ms. A chain seldom is longer than this. */
const AROUND = 30 * 60_000;
/** How long ago something may have gone down that is up again, to count as the cause of what failed meanwhile, ms. */
const LONGEST_PARENT = 7 * 86_400_000;
/** How long what depends on something is looked for after that went down, ms. */
const LONGEST_DOWN = 86_400_000;
/** The most incidents that are looked at together; the newest count. */
const MOST = 5000;

/** Which incidents of a stretch of time belong together? */
export function askStorms(database: Database, { since, until, now }: StormsQuestion): StormsAnswer {
  return inSnapshot(database, () => {
    const rows = incidentsAround(database, since, until);
    const storms = groupsOf(rows, watchedMonitors(database)).filter((group) =>
      group.members.some(({ startedAt, resolvedAt }) => startedAt < until && (resolvedAt ?? Infinity) > since),
    );
    const known = new Map(rows.map((row) => [row.key, row]));
    return { storms: storms.reverse().map((group) => stormAnswer(group, known, now)) };
  });
}

/** As much of the row of an incident as it takes to find its storm. */
interface StormSubject {
  readonly key: number;
  readonly kind: IncidentKind;
  readonly started_at: number;
  readonly resolved_at: number | null;
}

/** The storm that an incident is part of; `null` when it came alone. Within a snapshot of the caller. */
export function stormOf(database: Database, incident: StormSubject, now: number): StormAnswer | null {
  const watched = watchedMonitors(database);
  const found = (from: number, to: number): [StormGroup | undefined, NamedIncidentRow[]] => {
    const rows = incidentsAround(database, from, to);
    const group = groupsOf(rows, watched).find(({ members }) => members.some(({ number }) => number === incident.key));
    return [group, rows];
  };
  const own = stretchOf(incident, now);
  const [near] = found(own.from, own.to);
  if (near === undefined) return null;
  // What it depends on may have been down long before and after, with others.
  const from = Math.min(...near.members.map(({ startedAt }) => startedAt));
  const to = Math.max(own.to, ...near.members.map(({ startedAt }) => startedAt));
  const [whole = near, rows] = found(from, to);
  return stormAnswer(whole, new Map(rows.map((row) => [row.key, row])), now);
}

/** When others of its storm may have begun: what depends on it may fail as long as it is down. */
function stretchOf({ started_at, resolved_at, kind }: StormSubject, now: number): { from: number; to: number } {
  const to = kind === 'down' ? Math.min(resolved_at ?? now, started_at + LONGEST_DOWN) : started_at;
  return { from: started_at, to: Math.max(started_at, to) };
}

/** The numbers of the storms that some incidents are part of, by their own. Within a snapshot of the caller. */
export function stormNumbers(
  database: Database,
  rows: readonly StormSubject[],
  now: number,
): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  const watched = watchedMonitors(database);
  for (const { from, to } of joined(rows.map((row) => stretchOf(row, now)))) {
    for (const { members } of groupsOf(incidentsAround(database, from, to), watched)) {
      const [first] = members;
      if (first !== undefined) for (const { number } of members) numbers.set(number, first.number);
    }
  }
  return numbers;
}

/** Stretches of time, those in one that lie so near to each other that they are looked at together. */
function joined(stretches: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const whole: { from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((one, other) => one.from - other.from)) {
    const last = whole.at(-1);
    if (last !== undefined && from - last.to <= 2 * AROUND) last.to = Math.max(last.to, to);
    else whole.push({ from, to });
  }
  return whole;
}

function stormAnswer(
  { members, bonds }: StormGroup,
  rows: ReadonlyMap<number, NamedIncidentRow>,
  now: number,
): StormAnswer {
  const storm = members[0]?.number ?? 0;
  const ends = members.map(({ resolvedAt }) => resolvedAt);
  const open = ends.filter((end) => end === null).length;
  return {
    storm,
    started_at: formatMoment(members[0]?.startedAt ?? 0),
    ended_at: open > 0 ? null : formatMoment(Math.max(...ends.map((end) => end ?? 0))),
    total: members.length,
    open,
    because: [...bonds],
    incidents: members.flatMap(({ number }) => {
      const row = rows.get(number);
      return row === undefined ? [] : [incidentAnswer(row, { storm, now })];
    }),
  };
}

/** Those that began within a stretch of time or near it, and those of what they depend on that were open then. */
function incidentsAround(database: Database, from: number, to: number): NamedIncidentRow[] {
  return database
    .prepare<[{ from: number; to: number }], NamedIncidentRow>(
      `${SELECT_INCIDENTS}
       WHERE started_at BETWEEN @from AND @to
         OR (started_at < @from AND resolved_at IS NULL)
         OR (started_at BETWEEN @from - ${LONGEST_PARENT} AND @from AND resolved_at >= @from)
       ORDER BY started_at DESC LIMIT ${MOST}`,
    )
    .all({ from: from - AROUND, to: to + AROUND });
}

function groupsOf(rows: readonly NamedIncidentRow[], watched: WatchedMonitors): StormGroup[] {
  const ancestors = new Map<string, readonly string[]>();
  const ancestorsOnce = (id: string): readonly string[] => {
    const known = ancestors.get(id) ?? ancestorsOf(id, watched);
    ancestors.set(id, known);
    return known;
  };
  return stormGroups(
    rows.map((row): StormMember => {
      const id = row.monitor_id;
      return {
        number: row.key,
        kind: row.kind,
        monitor: id,
        ancestors: id === null ? [] : ancestorsOnce(id),
        host: id === null ? null : hostOf(watched.get(id)?.target ?? ''),
        reason: row.cause === null ? null : (JSON.parse(row.cause) as EventCause).reason,
        startedAt: row.started_at,
        resolvedAt: row.resolved_at,
      };
    }),
  );
}

interface WatchedMonitor {
  readonly id: string;
  readonly target: string;
  readonly depends_on: string | null;
}

type WatchedMonitors = ReadonlyMap<string, WatchedMonitor>;

function watchedMonitors(database: Database): WatchedMonitors {
  const rows = database.prepare<[], WatchedMonitor>('SELECT id, target, depends_on FROM monitors').all();
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a monitor depends on, directly or not; also where the file had a circle once. */
function ancestorsOf(id: string, watched: WatchedMonitors): string[] {
  const found = new Set<string>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const parents = JSON.parse(watched.get(next)?.depends_on ?? '[]') as string[];
    for (const parent of parents) {
      if (parent === id || found.has(parent)) continue;
      found.add(parent);
      waiting.push(parent);
    }
  }
  return [...found];
}

/** The host of an address as it is kept; jobs that report have none. */
function hostOf(target: string): string | null {
  return URL.canParse(target) ? new URL(target).hostname || null : null;
}
