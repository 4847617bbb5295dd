import { randomUUID } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { ActionReceipt, TroubleAction } from '../../core/trouble/action.ts';
import type { IncidentRow, MaintenanceRow } from '../../db/trouble-schema.ts';
import { endIncident } from '../end-incident.ts';
import type { Desk } from './desk.ts';
import type { MaintenanceWatch } from './maintenance-watch.ts';

type Action<Do extends TroubleAction['do']> = Extract<TroubleAction, { do: Do }>;

const LONGEST_NOTE = 2000;
const LONGEST_NAME = 200;
const LONGEST_MAINTENANCE_MS = 366 * 86_400_000;

/** Does what people want done about trouble; what was done already is no error. Within a transaction of the caller. */
export class TroubleActions {
  readonly #desk: Desk;
  readonly #maintenance: MaintenanceWatch;

  constructor(desk: Desk, maintenance: MaintenanceWatch) {
    this.#desk = desk;
    this.#maintenance = maintenance;
  }

  /** Throws `AppError`s with the codes `not_found` and `bad_request`. */
  do(action: TroubleAction, now: number): ActionReceipt {
    switch (action.do) {
      case 'acknowledge':
        return this.#acknowledge(action, now);
      case 'note':
        return this.#note(action, now);
      case 'resolve':
        return this.#resolve(action, now);
      case 'silence':
        return this.#silence(action, now);
      case 'start_maintenance':
        return this.#startMaintenance(action, now);
      case 'end_maintenance':
        return this.#endMaintenance(action, now);
      case 'resend':
        return this.#resend(action, now);
    }
  }

  #acknowledge({ incident: number, by, note }: Action<'acknowledge'>, now: number): ActionReceipt {
    const incident = this.#incident(number);
    const said = textOf(note, 'note');
    // An end is all the acknowledgement it takes.
    if (incident.acknowledged_at !== null || incident.resolved_at !== null) return { changed: false, subject: number };
    this.#desk.database
      .prepare('UPDATE incidents SET acknowledged_at = ?, acknowledged_by = ? WHERE key = ?')
      .run(now, by, number);
    this.#desk.timeline.add(number, now, 'acknowledged', { by, note: said });
    return { changed: true, subject: number };
  }

  #note({ incident: number, by, text }: Action<'note'>, now: number): ActionReceipt {
    this.#incident(number);
    const said = textOf(text, 'note');
    if (said === null) throw new AppError('bad_request', 'the note is empty');
    this.#desk.timeline.add(number, now, 'noted', { by, text: said });
    return { changed: true, subject: number };
  }

  #resolve({ incident: number, by, note }: Action<'resolve'>, now: number): ActionReceipt {
    const incident = this.#incident(number);
    const said = textOf(note, 'note');
    if (incident.resolved_at !== null) return { changed: false, subject: number };
    const location = this.#locationOf(incident);
    endIncident(this.#desk, incident, {
      now,
      resolvedAt: now,
      resolution: 'by_hand',
      proof: { rule: 'by_hand', count: 0, first: now, last: now },
      from: incident.monitor === null ? null : incident.status,
      to: incident.monitor === null ? null : incident.status,
      event: incident.kind === 'blind' ? 'sighted' : 'up',
      by,
      note: said,
      ...(location === undefined ? {} : { location }),
    });
    return { changed: true, subject: number };
  }

  #silence({ incident: number, by, until }: Action<'silence'>, now: number): ActionReceipt {
    const incident = this.#incident(number);
    if (until !== null && until <= now) {
      throw new AppError('bad_request', 'a silence has to end in the future', {
        hint: 'Give a later moment, or null to end a silence.',
      });
    }
    const wanted = until === null ? null : Math.ceil(until);
    const current = incident.silenced_until !== null && incident.silenced_until > now ? incident.silenced_until : null;
    if (incident.resolved_at !== null || current === wanted) return { changed: false, subject: number };
    this.#desk.database.prepare('UPDATE incidents SET silenced_until = ? WHERE key = ?').run(wanted, number);
    this.#desk.timeline.add(number, now, 'silenced', { by, until: wanted });
    this.#desk.rows.wake('silenced', now, number);
    return { changed: true, subject: number };
  }

  #startMaintenance(action: Action<'start_maintenance'>, now: number): ActionReceipt {
    const { database } = this.#desk;
    const name = textOf(action.name, 'name', LONGEST_NAME) ?? 'Maintenance';
    const [start, end] = [Math.floor(action.start), Math.ceil(action.end)];
    if (end <= start || end <= now) {
      throw new AppError('bad_request', 'maintenance has to end after it begins, and in the future');
    }
    if (end - start > LONGEST_MAINTENANCE_MS) {
      throw new AppError('bad_request', 'maintenance can last a year at most', {
        hint: 'Disable the monitors in the file instead.',
      });
    }
    this.#refuseUnknown(action.for.monitors);
    const match = JSON.stringify(action.for);
    const same = database
      .prepare<[string, string, number, number], string>(
        `SELECT id FROM maintenance WHERE name = ? AND "for" = ? AND start = ? AND "end" = ? AND ended_at IS NULL`,
      )
      .pluck()
      .get(name, match, start, end);
    if (same !== undefined) return { changed: false, subject: same };
    const id = `by-hand-${randomUUID().slice(0, 8)}`;
    database
      .prepare(
        `INSERT INTO maintenance (id, name, "for", start, "end", created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, name, match, start, end, now, action.by);
    this.#maintenance.changed();
    return { changed: true, subject: id };
  }

  #endMaintenance({ plan }: Action<'end_maintenance'>, now: number): ActionReceipt {
    const { database, context, rows } = this.#desk;
    const row = database.prepare<[string], MaintenanceRow>('SELECT * FROM maintenance WHERE id = ?').get(plan);
    if (row === undefined) {
      if (!context.settings.maintenance.some(({ id }) => id === plan)) {
        throw new AppError('not_found', `there is no maintenance ${plan}`);
      }
      throw new AppError('bad_request', `maintenance ${plan} is planned in the file`, {
        hint: 'Take it out of the file, or change its times there.',
      });
    }
    if (row.ended_at !== null || row.end <= now) return { changed: false, subject: plan };
    database.prepare('UPDATE maintenance SET ended_at = ? WHERE id = ?').run(now, plan);
    this.#maintenance.changed();
    rows.wake('maintenance', now);
    return { changed: true, subject: plan };
  }

  #resend({ notification: number }: Action<'resend'>, now: number): ActionReceipt {
    const { rows, context, database } = this.#desk;
    const row = rows.find(number);
    if (row === undefined) throw new AppError('not_found', `there is no notification ${number}`);
    if (row.state === 'ready' || row.state === 'delivered') return { changed: false, subject: number };
    if (row.state !== 'dead' || row.message === null) {
      throw new AppError('bad_request', `notification ${number} was not given up: it is ${row.state}`, {
        hint: 'Only messages that a channel did not take can be sent again.',
      });
    }
    if (!context.settings.channels.some(({ id }) => id === row.channel)) {
      throw new AppError('bad_request', `the file has no channel ${row.channel}, or it is disabled`);
    }
    database
      .prepare(
        `UPDATE notifications SET state = 'ready', why = 'resend', attempts = 0, due_at = ?, decided_at = ? WHERE key = ?`,
      )
      .run(now, now, number);
    return { changed: true, subject: number };
  }

  #incident(number: number): IncidentRow {
    const incident = this.#desk.context.incident(number);
    if (incident === undefined) throw new AppError('not_found', `there is no incident ${number}`);
    return incident;
  }

  #locationOf({ location }: IncidentRow): string | undefined {
    if (location === null) return undefined;
    return this.#desk.database
      .prepare<[number], string>('SELECT name FROM locations WHERE key = ?')
      .pluck()
      .get(location);
  }

  #refuseUnknown(monitors: readonly string[]): void {
    const unknown = monitors.filter((id) => this.#desk.context.family.monitor(id)?.isWatched !== true);
    if (unknown.length === 0) return;
    throw new AppError('bad_request', `no such monitor: ${unknown.slice(0, 5).join(', ')}`);
  }
}

function textOf(text: string | null, what: string, longest = LONGEST_NOTE): string | null {
  const said = text?.trim() ?? '';
  if (said.length > longest) throw new AppError('bad_request', `the ${what} is longer than ${longest} characters`);
  return said === '' ? null : said;
}
