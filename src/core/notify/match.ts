/** Which monitors something is for. A monitor is meant when it or its group is named, or none is, and it has every tag. */
export interface MonitorMatch {
  /** Ids. */
  readonly monitors: readonly string[];
  readonly groups: readonly string[];
  /** Each name with one of its values; an empty list of values asks only for the name. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}
