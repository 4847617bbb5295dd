import type { CheckOrder } from '../core/trouble/check-order.ts';
import type { EventProof } from '../core/trouble/event.ts';
import { memoryOf } from '../core/trouble/machine-state.ts';
import { orderAtStart } from './check-orders.ts';
import { endIncident, type TroubleTables } from './end-incident.ts';
import type { HeadDraft } from './head-draft.ts';
import type { HeadTable } from './head-table.ts';
import { forgotten, machineOf } from './machine-heads.ts';
import type { MonitorTable } from './monitor-table.ts';

/** What it works with. */
export interface OpenTroubleDeps {
  readonly monitors: MonitorTable;
  readonly heads: HeadTable;
  readonly tables: TroubleTables;
}

/** Trouble as it is found, rather than as results bring it. All calls within a transaction of the caller. */
export class OpenTrouble {
  readonly #deps: OpenTroubleDeps;

  constructor(deps: OpenTroubleDeps) {
    this.#deps = deps;
  }

  /**
   * Goes on with what was under way when the program ended: says which checks that asks for. An incident whose monitor came
   * to be well without us, by an import of what others saw, ends.
   */
  takeUp(now: number): CheckOrder[] {
    const { monitors, heads, tables } = this.#deps;
    const standing = new Map(heads.all().map((head) => [head.monitor, machineOf(head)]));
    for (const incident of tables.incidents.allOpen()) {
      const state = incident.monitor === null ? undefined : standing.get(incident.monitor);
      if (state === undefined || memoryOf(state).flapping || memoryOf(state).settled !== 'up') continue;
      const ending = { now, resolvedAt: state.since ?? now, resolution: 'recovered', proof: null } as const;
      endIncident(tables, incident, { ...ending, from: incident.status, to: 'up' });
    }
    return [...standing].flatMap(([key, state]) => {
      const monitor = monitors.withKey(key);
      return monitor?.isWatched === true ? (orderAtStart(monitor.id, state, now) ?? []) : [];
    });
  }

  /** Ends the incidents of monitors that nobody watches any more, and forgets how those stood. */
  endUnwatched(draft: HeadDraft, now: number): void {
    const { monitors, tables } = this.#deps;
    for (const incident of tables.incidents.allOpen()) {
      const monitor = incident.monitor === null ? undefined : monitors.withKey(incident.monitor);
      if (monitor === undefined || monitor.isWatched) continue;
      const at = Math.floor(now);
      const proof: EventProof = { rule: 'removed', count: 0, first: at, last: at };
      const resolution = monitor.isRemoved ? 'removed' : 'disabled';
      endIncident(tables, incident, { now, resolvedAt: at, resolution, proof, from: incident.status, to: 'unknown' });
    }
    for (const [key] of monitors.unwatched()) {
      const head = draft.get(key);
      if (head === undefined) continue;
      const memory = forgotten(head.status);
      const machine = memory === null ? null : JSON.stringify(memory);
      if (machine !== head.machine) draft.change({ ...head, machine });
    }
  }
}
