import { standingIncidents, type StandingIncident } from '../../db/told-channels.ts';
import { causeIn } from '../end-incident.ts';
import type { Desk } from './desk.ts';

/** Incidents looked at in one go. */
const MOST_AT_ONCE = 200;

/**
 * Has told what still is down when nothing is down any more that it depends on, and was not told because of that: its parent
 * came back, is watched no more, or is not its parent any more. What is done is not kept: it begins anew with a restart.
 */
export class StillDown {
  readonly #desk: Desk;
  /** Monitors up to this key were looked at; `null` when there is nothing to look for. */
  #after: number | null = -1;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Parents may be other or stand otherwise than before. */
  look(): void {
    this.#after = -1;
  }

  /** Looks at some; `true` when there is more to do. Within a transaction of the caller, who calls `look` when it fails. */
  step(now: number): boolean {
    if (this.#after === null) return false;
    const { database, context } = this.#desk;
    const { family } = context;
    const found = standingIncidents(database, 'parent_down', { after: this.#after, most: MOST_AT_ONCE });
    const untold = found.filter(
      ({ untold, monitor_id: id }) =>
        untold === 1 && !family.ancestorsOf(id).some((parent) => family.downIncidentOf(parent) !== undefined),
    );
    for (const incident of untold) this.#tell(incident, now);
    this.#after = found.length < MOST_AT_ONCE ? null : (found.at(-1)?.monitor ?? null);
    return this.#after !== null || untold.length > 0;
  }

  #tell({ key: incident, monitor, severity, started_at: since, cause }: StandingIncident, at: number): void {
    const data = { from: 'down', to: 'down', since, cause: causeIn({ cause }) } as const;
    this.#desk.outbox.add({ kind: 'parent_recovered', at, monitor, incident, severity, data });
  }
}
