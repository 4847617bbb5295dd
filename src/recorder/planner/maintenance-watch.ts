import type { MaintenancePlan, MaintenanceWindow } from '../../core/maintenance/plan.ts';
import { nextWindow, windowAt, windowsWithin } from '../../core/maintenance/windows.ts';
import { matches } from '../../core/notify/match.ts';
import type { NotifySettings } from '../../core/notify/settings.ts';
import type { KnownMonitor } from '../../db/monitor-family.ts';
import { readMeta, writeMeta } from '../../db/meta-values.ts';
import type { Statement } from '../../db/native.ts';
import type { MaintenancePeriodRow } from '../../db/trouble-schema.ts';
import { standingIncidents } from '../../db/told-channels.ts';
import { causeIn } from '../end-incident.ts';
import type { Desk } from './desk.ts';

const WEEK_MS = 7 * 86_400_000;
/** Windows of one plan that are caught up with after a pause. */
const MOST_WINDOWS = 200;
/** Periods written in one go. */
const MOST_AT_ONCE = 1000;
/** Open incidents looked at in one go. */
const MOST_INCIDENTS = 200;

/** Windows of one plan. */
interface Found {
  readonly plan: MaintenancePlan;
  readonly windows: readonly MaintenanceWindow[];
}

/** What is still to be written, and what it is of. */
interface Round {
  readonly from: number;
  readonly now: number;
  /** Those still to be written: made one by one, for of thousands of monitors and a week there may be millions. */
  readonly periods: Iterator<MaintenancePeriodRow>;
  /** Those that go on, by `nameOf`. */
  readonly going: Set<string>;
  /** Incidents of monitors up to this key were looked at. */
  after: number;
}

/**
 * Notes when monitors are in maintenance, as it comes to pass, and has told what is still down when it ends. What it did
 * until when is in meta `maintenance_until`: after a pause it catches up with a week.
 */
export class MaintenanceWatch {
  readonly #desk: Desk;
  readonly #put: Statement<[MaintenancePeriodRow]>;
  #settings: NotifySettings | undefined;
  #round: Round | undefined;
  /** Nothing begins or ends before then, ms since the epoch. */
  #nextAt = -Infinity;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#put = desk.database.prepare(`
      INSERT INTO maintenance_periods (monitor, start, "end", plan, name) VALUES (@monitor, @start, @end, @plan, @name)
      ON CONFLICT (monitor, start, plan) DO UPDATE SET "end" = excluded."end", name = excluded.name
      WHERE "end" <> excluded."end" OR name <> excluded.name`);
  }

  /** When maintenance begins or ends next, ms since the epoch; `null` for never. */
  get nextAt(): number | null {
    return Number.isFinite(this.#nextAt) ? this.#nextAt : null;
  }

  /** Maintenance was begun or ended by hand. */
  changed(): void {
    this.#nextAt = -Infinity;
    this.#round = undefined;
  }

  /** Does what is due, or some of it: `true` when there is more. Within a transaction of the caller. */
  note(now: number): boolean {
    const { context } = this.#desk;
    if (context.settings !== this.#settings) this.changed();
    this.#settings = context.settings;
    if (now < this.#nextAt) return false;
    const round = this.#round ?? this.#begin(now);
    // A transaction that fails is begun anew: to write a period twice changes nothing.
    this.#round = round;
    for (let written = 0; written < MOST_AT_ONCE; written += 1) {
      const next = round.periods.next();
      if (next.done === true) return this.#finish(round);
      this.#put.run(next.value);
      if (next.value.end > round.now) round.going.add(nameOf(next.value));
    }
    return true;
  }

  /** Tells what is down when all periods are written; `true` when there is more to tell. */
  #finish(round: Round): boolean {
    if (this.#tellWhatIsDown(round)) return true;
    this.#end(round);
    return false;
  }

  /** What has been maintenance since it was noted last, and is now. */
  #begin(now: number): Round {
    const { context, database } = this.#desk;
    const noted = Number(readMeta(database, 'maintenance_until') ?? now);
    const from = Math.min(now, Math.max(noted, now - WEEK_MS));
    const found = context.plans(now).flatMap((plan) => {
      const windows = windowsWithin(plan, { from, to: now + 1 }, MOST_WINDOWS);
      return windows.length === 0 ? [] : [{ plan, windows }];
    });
    const monitors = found.length === 0 ? [] : context.family.watched();
    return { from, now, periods: periodsOf(found, monitors), going: new Set(), after: -1 };
  }

  #end({ now }: Round): void {
    const { database, context } = this.#desk;
    writeMeta(database, 'maintenance_until', String(now));
    this.#round = undefined;
    this.#nextAt = Math.min(Infinity, ...context.plans(now).map((plan) => nextTurn(plan, now)));
  }

  /** Maintenance that was to last longer and is none any more ended now. */
  #cutShort({ going, now }: Round): void {
    const { database } = this.#desk;
    const noted = database
      .prepare<[number], MaintenancePeriodRow>('SELECT * FROM maintenance_periods WHERE "end" > ?')
      .all(now);
    const cut = database.prepare(
      'UPDATE maintenance_periods SET "end" = max(start, ?) WHERE monitor = ? AND start = ? AND plan = ?',
    );
    for (const period of noted) {
      if (!going.has(nameOf(period))) cut.run(now, period.monitor, period.start, period.plan);
    }
  }

  /** Looks at some of what is open; `true` when there is more. */
  #tellWhatIsDown(round: Round): boolean {
    const { database, context, outbox } = this.#desk;
    const { from, now, after } = round;
    if (after < 0) this.#cutShort(round);
    const ended = database.prepare(
      'SELECT 1 FROM maintenance_periods WHERE monitor = ? AND "end" > ? AND "end" <= ? LIMIT 1',
    );
    const found = standingIncidents(database, 'maintenance', { after, most: MOST_INCIDENTS });
    for (const { key: incident, monitor, monitor_id, severity, started_at: since, cause, untold } of found) {
      const facts = context.family.facts(monitor_id);
      if (untold === 0 || facts === undefined || ended.get(monitor, from, now) === undefined) continue;
      if (context.maintenanceOf(facts, now) !== null) continue;
      const data = { from: 'down', to: 'down', since, cause: causeIn({ cause }) } as const;
      outbox.add({ kind: 'maintenance_ended', at: now, monitor, incident, severity, data });
    }
    const last = found.length < MOST_INCIDENTS ? undefined : found.at(-1);
    this.#round = { ...round, after: last?.monitor ?? round.after };
    return last !== undefined;
  }
}

function* periodsOf(
  found: readonly Found[],
  monitors: readonly KnownMonitor[],
): Generator<MaintenancePeriodRow, void, undefined> {
  for (const { plan: of, windows } of found) {
    for (const { key: monitor, facts } of monitors) {
      if (!matches(of.for, facts)) continue;
      for (const { plan, name, start, end } of windows) yield { monitor, start, end, plan, name };
    }
  }
}

function nameOf({ monitor, start, plan }: MaintenancePeriodRow): string {
  return JSON.stringify([monitor, start, plan]);
}

function nextTurn(plan: MaintenancePlan, now: number): number {
  return Math.min(windowAt(plan, now)?.end ?? Infinity, nextWindow(plan, now)?.start ?? Infinity);
}
