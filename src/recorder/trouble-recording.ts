import type { CheckResult } from '../core/outcome.ts';
import type { EventCause, EventData, EventKind, Severity } from '../core/trouble/event.ts';
import type { IncidentKind } from '../core/trouble/incident.ts';
import { memoryOf, type MachineState } from '../core/trouble/machine-state.ts';
import type { MachineStep, MachineTransition } from '../core/trouble/machine.ts';
import type { EvidenceRow, JournalRow } from '../db/schema.ts';
import type { IncidentRow } from '../db/trouble-schema.ts';
import { causeIn, endIncident, type TroubleTables } from './end-incident.ts';
import type { EvidenceTable } from './evidence-table.ts';
import type { JournalTable } from './journal-table.ts';
import { causeOfResult, causeOfRow } from './trouble-cause.ts';

/** A result that was judged. */
export interface JudgedResult {
  readonly result: CheckResult;
  readonly row: JournalRow;
  readonly before: MachineState;
  readonly step: MachineStep;
  /** How grave it is when the monitor is down. */
  readonly severity: Severity;
  /** Wall-clock time, ms. */
  readonly now: number;
}

/** What it works with. */
export interface TroubleRecordingDeps {
  readonly tables: TroubleTables;
  readonly journal: JournalTable;
  readonly evidence: EvidenceTable;
}

const WORSE: readonly IncidentKind[] = ['blind', 'degraded', 'flapping', 'down'];
const GRAVER: readonly Severity[] = ['info', 'warning', 'critical'];

/**
 * Writes down what results did to monitors: incidents opened, grown and ended, their timelines and evidence, and events to
 * be told. Within the transaction of the results, which is the caller's.
 */
export class TroubleRecording {
  readonly #deps: TroubleRecordingDeps;

  constructor(deps: TroubleRecordingDeps) {
    this.#deps = deps;
  }

  /** Of most results there is nothing to write, which is found out without asking the database. */
  note(judged: JudgedResult): void {
    const { before, step } = judged;
    const { transition, flapping } = step;
    if (flapping === 'ended' && this.#calm(judged)) return;
    if (transition === null) {
      if (before.status !== step.state.status) this.#noteStanding(judged);
      return;
    }
    const incident = this.#deps.tables.incidents.openOf(judged.row.monitor);
    if (transition.to === 'up') this.#recover(judged, transition, incident);
    else if (incident === undefined) this.#open(judged, transition);
    else this.#goOn(judged, transition, incident);
  }

  /** The status ceased to change all the time; true when the incident ended with it, together with the transition. */
  #calm(judged: JudgedResult): boolean {
    const { tables } = this.#deps;
    const { row, before, step, now } = judged;
    const incident = tables.incidents.openOf(row.monitor);
    if (incident?.flapping !== 1) return false;
    const { settled } = memoryOf(before);
    const recovery = step.transition?.to === 'up' ? step.transition : null;
    tables.timeline.add(incident.key, now, 'calm');
    if (settled === 'up' || recovery !== null) {
      const resolvedAt = recovery?.since ?? before.since ?? row.slot;
      const proof = recovery?.proof ?? null;
      this.#keepRecovery(judged, incident, recovery?.proof.first ?? resolvedAt);
      const ending = { now, resolvedAt, resolution: 'recovered', proof, from: settled, to: 'up' } as const;
      endIncident(tables, incident, { ...ending, event: 'calm' });
      return recovery !== null;
    }
    tables.incidents.change(incident, { flapping: 0 });
    this.#tell(judged, incident, { kind: 'calm', severity: incident.severity, from: settled, to: settled });
    if (settled === 'down' && incident.kind !== 'down') this.#stayDown(judged, { ...incident, flapping: 0 });
    return false;
  }

  /** What changed all the time is down for good, of which nobody was told yet. */
  #stayDown(judged: JudgedResult, incident: IncidentRow): void {
    const severity = graver(incident.severity, judged.severity);
    this.#deps.tables.incidents.change(incident, { kind: 'down', severity });
    const since = judged.before.since ?? incident.started_at;
    this.#tell(judged, incident, { kind: 'down', severity: judged.severity, from: 'down', to: 'down', since });
  }

  #recover(judged: JudgedResult, transition: MachineTransition, incident: IncidentRow | undefined): void {
    if (incident === undefined) return;
    const { from, since: resolvedAt, proof } = transition;
    const { tables } = this.#deps;
    const { step, now } = judged;
    if (isFlapping(judged, incident)) {
      const cause = causeIn(incident);
      tables.incidents.change(incident, { status: step.state.status, ...flappingChange(step, incident) });
      tables.timeline.add(incident.key, now, 'changed', { from, to: 'up', cause: null, proof });
      this.#tellFlapping(judged, incident, cause);
      return;
    }
    this.#keepRecovery(judged, incident, proof.first);
    endIncident(tables, incident, { now, resolvedAt, resolution: 'recovered', proof, from, to: 'up' });
  }

  #open(judged: JudgedResult, { from, to, proof }: MachineTransition): void {
    // An incident that was ended by hand while its monitor was down: this is no new trouble.
    if (from === 'down' || to === 'up') return;
    const { tables } = this.#deps;
    const { row, step, now } = judged;
    const isFlap = step.flapping === 'began';
    const kind = isFlap ? 'flapping' : to;
    const severity = kind === 'down' ? judged.severity : 'warning';
    const { first, cause, seen } = this.#causes(judged, proof.first);
    const incident = tables.incidents.open({
      kind,
      monitor: row.monitor,
      location: null,
      severity,
      status: step.state.status,
      started_at: proof.first,
      opened_at: Math.floor(now),
      cause: JSON.stringify(cause),
      flapping: isFlap ? 1 : 0,
    });
    if (seen !== undefined) tables.incidents.keepEvidence(incident, 'failure', seen);
    tables.timeline.add(incident, proof.first, 'first_failure', { slot: proof.first, cause: first });
    tables.timeline.add(incident, now, 'confirmed', { proof });
    if (isFlap) tables.timeline.add(incident, now, 'flapping', { proof: step.flappingProof });
    const told = isFlap ? (step.flappingProof ?? proof) : proof;
    const data = { from, to, since: proof.first, cause, proof: told };
    tables.outbox.add({ kind, at: now, monitor: row.monitor, incident, severity, data });
  }

  /** The incident that is open becomes another. */
  #goOn(judged: JudgedResult, { from, to, proof }: MachineTransition, incident: IncidentRow): void {
    const { tables } = this.#deps;
    const { step, now, row } = judged;
    const { cause } = this.#causes(judged, proof.first);
    const flaps = isFlapping(judged, incident);
    // One that was down, was only degraded and is down again is the outage that was told.
    const grows = to === 'down' && incident.kind !== 'down' && !flaps;
    const severity = grows ? graver(incident.severity, judged.severity) : incident.severity;
    tables.incidents.change(incident, {
      status: step.state.status,
      cause: JSON.stringify(cause),
      severity,
      ...(grows ? { kind: 'down' as const } : {}),
      ...(flaps ? flappingChange(step, incident) : { flapping: 0 }),
    });
    tables.timeline.add(incident.key, now, 'changed', { from, to, cause, proof });
    if (flaps) return this.#tellFlapping(judged, incident, cause);
    if (!grows) return;
    const data = { from, to, since: proof.first, cause, proof };
    const told = { monitor: row.monitor, incident: incident.key, severity: judged.severity };
    tables.outbox.add({ kind: 'down', at: now, ...told, data });
  }

  /** The status is unknown now, or known again, and the trouble is still there. */
  #noteStanding({ row, before, step, now }: JudgedResult): void {
    const { settled, flapping } = memoryOf(step.state);
    const { status } = step.state;
    if ((settled === 'up' || settled === null) && !flapping) return;
    const { tables } = this.#deps;
    const incident = tables.incidents.openOf(row.monitor);
    if (incident === undefined) return;
    tables.incidents.change(incident, { status });
    if (status === 'unknown' && before.status !== 'unknown') {
      tables.timeline.add(incident.key, now, 'unobserved', { reason: row.reason });
    }
  }

  #tellFlapping(judged: JudgedResult, incident: IncidentRow, cause: EventCause | null): void {
    const { step } = judged;
    if (step.flapping !== 'began') return;
    const proof = step.flappingProof;
    this.#deps.tables.timeline.add(incident.key, judged.now, 'flapping', { proof });
    const { from, to } = step.transition ?? { from: null, to: null };
    this.#tell(
      judged,
      { ...incident, cause: JSON.stringify(cause) },
      {
        kind: 'flapping',
        severity: 'warning',
        from,
        to,
        proof,
      },
    );
  }

  #tell(
    { now }: JudgedResult,
    incident: IncidentRow,
    event: { readonly kind: EventKind; readonly severity: Severity } & Partial<
      Pick<EventData, 'from' | 'to' | 'since' | 'proof'>
    >,
  ): void {
    const { kind, severity, from = null, to = null, since = incident.started_at, proof = null } = event;
    const data = { from, to, since, cause: causeIn(incident), proof };
    this.#deps.tables.outbox.add({ kind, at: now, monitor: incident.monitor, incident: incident.key, severity, data });
  }

  #keepRecovery({ row }: JudgedResult, incident: IncidentRow, first: number): void {
    const { tables, evidence } = this.#deps;
    tables.timeline.add(incident.key, first, 'first_success', { slot: first });
    const seen = evidence.firstFrom(row.monitor, ['up', 'degraded'], first);
    if (seen !== undefined) tables.incidents.keepEvidence(incident.key, 'recovery', seen);
  }

  /** Why, by the first result that spoke for it and by the one that settled it; and what was seen first. */
  #causes(
    { result, row }: JudgedResult,
    firstSlot: number,
  ): { readonly first: EventCause; readonly cause: EventCause; readonly seen: EvidenceRow | undefined } {
    const { evidence, journal } = this.#deps;
    const seen = evidence.firstFrom(row.monitor, [row.status, row.status], firstSlot);
    const cause = causeOfResult(result, seen);
    if (firstSlot === row.slot) return { first: cause, cause, seen };
    const kept = journal.seenAt(row.monitor, firstSlot, row.status);
    return { first: kept === undefined ? cause : causeOfRow(kept, seen), cause, seen };
  }
}

/** Whether nothing is told of changes: it was told that they happen all the time, or is being told. */
function isFlapping({ before, step }: JudgedResult, incident: IncidentRow): boolean {
  if (step.flapping === 'began') return true;
  return incident.flapping === 1 && memoryOf(before).flapping && step.flapping !== 'ended';
}

function flappingChange(step: MachineStep, incident: IncidentRow): Partial<Pick<IncidentRow, 'kind' | 'flapping'>> {
  if (step.flapping !== 'began') return {};
  return { flapping: 1, kind: worse(incident.kind, 'flapping') };
}

function worse(one: IncidentKind, other: IncidentKind): IncidentKind {
  return WORSE.indexOf(one) > WORSE.indexOf(other) ? one : other;
}

function graver(one: Severity, other: Severity): Severity {
  return GRAVER.indexOf(one) > GRAVER.indexOf(other) ? one : other;
}
