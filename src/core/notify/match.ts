/** Which monitors something is for. A monitor is meant when it or its group is named, or none is, and it has every tag. */
export interface MonitorMatch {
  /** Ids. */
  readonly monitors: readonly string[];
  readonly groups: readonly string[];
  /** Each name with one of its values; an empty list of values asks only for the name. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

/** Every monitor. */
export const EVERY_MONITOR: MonitorMatch = { monitors: [], groups: [], tags: {} };

/** What of a monitor can be matched. */
export interface Matchable {
  readonly id: string;
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether a monitor is one of those meant. Monitors and groups are alternatives of each other; tags narrow both. */
export function matches(match: MonitorMatch, { id, group, tags }: Matchable): boolean {
  const named = match.monitors.length === 0 && match.groups.length === 0;
  const isNamed = named || match.monitors.includes(id) || (group !== null && match.groups.includes(group));
  if (!isNamed) return false;
  return Object.entries(match.tags).every(([name, values]) => {
    const value = Object.hasOwn(tags, name) ? tags[name] : undefined;
    return value !== undefined && (values.length === 0 || values.includes(value));
  });
}
