import type { CheckResult } from '../core/outcome.ts';
import { redactOutcome } from '../core/redact-outcome.ts';
import { leavesGap } from '../core/spans.ts';
import { joinVerdicts, sameVerdict, type Verdict } from '../core/status-machine.ts';
import type { CheckOrder } from '../core/trouble/check-order.ts';
import type { MachineMemory, MachineState } from '../core/trouble/machine-state.ts';
import { judgeVerdict } from '../core/trouble/machine.ts';
import { USUAL_RULES } from '../core/trouble/rules.ts';
import type { HeadRow, JournalRow } from '../db/schema.ts';
import type { BlindWatch } from './blind-watch.ts';
import { orderAfter } from './check-orders.ts';
import type { EvidenceTable } from './evidence-table.ts';
import type { Transition } from './flush.ts';
import type { FoldWatch } from './fold-watch.ts';
import type { HeadDraft } from './head-draft.ts';
import { journalRow } from './journal-row.ts';
import type { JournalTable } from './journal-table.ts';
import type { LateBlocks } from './late-blocks.ts';
import type { LocationTable } from './location-table.ts';
import { forgotten, headAfter, machineOf, newestVerdict } from './machine-heads.ts';
import type { MonitorTable } from './monitor-table.ts';
import type { NeighbourSearch } from './neighbour-search.ts';
import { evidenceOrNone, isRecordable } from './recordable.ts';
import type { Seam } from './seam.ts';
import type { SpanTable } from './span-table.ts';
import type { TroubleRecording } from './trouble-recording.ts';

export type Fate = 'recorded' | 'duplicates' | 'ignored';

/** What one transaction works on. */
export interface Work {
  readonly heads: HeadDraft;
  readonly transitions: Transition[];
  /** By the id of the monitor. */
  readonly orders: Map<string, CheckOrder>;
  readonly blocks: LateBlocks;
  /** Rows for an hour that is being folded. */
  readonly late: JournalRow[];
  /** Keeps secrets out of what is written. */
  readonly redact: (text: string) => string;
  /** Wall-clock time, ms. */
  readonly now: number;
}

/** Where results go. */
export interface ResultRecordingDeps {
  readonly monitors: MonitorTable;
  readonly locations: LocationTable;
  readonly journal: JournalTable;
  readonly spans: SpanTable;
  readonly evidence: EvidenceTable;
  readonly seam: Seam;
  readonly watch: FoldWatch;
  readonly neighbours: NeighbourSearch;
  readonly trouble: TroubleRecording;
  readonly blind: BlindWatch;
}

/** A result on its way into history. */
interface Arrival {
  readonly result: CheckResult;
  readonly row: JournalRow;
  readonly head: HeadRow | undefined;
}

/** Works single results into history: rows, spans, heads, and what they say of trouble. Within a transaction of the caller. */
export class ResultRecording {
  readonly #deps: ResultRecordingDeps;

  constructor(deps: ResultRecordingDeps) {
    this.#deps = deps;
  }

  record(given: CheckResult, work: Work): Fate {
    const { monitors, locations, journal, seam, watch, evidence, blind } = this.#deps;
    const monitor = monitors.keyOf(given.monitor);
    if (monitor === undefined || !isRecordable(given)) return 'ignored';
    const result = redactOutcome(evidenceOrNone(given), work.redact);
    const location = locations.keyOf(result.location);
    if (location === undefined) return 'ignored';
    const head = work.heads.get(monitor);
    const row = journalRow(result, monitor, location);
    if (head !== undefined && result.slot <= head.slot) return this.#recordLate(result, row, head, work);
    if (head !== undefined && result.slot - head.slot !== result.interval) row.back_ms = result.slot - head.slot;
    if (row.slot >= seam.slot) {
      journal.append(row);
      if (row.slot < watch.until) work.late.push(row);
    } else {
      const fate = work.blocks.add(row);
      if (fate !== 'recorded') return fate;
    }
    if (row.reason === 'cut_off' || blind.isAny) blind.see({ result, row, head, now: work.now });
    if (goesOn(head, row)) {
      evidence.keep(row, result);
      const { slot, interval_ms, status, reason, status_code, duration_us } = row;
      const { since } = head;
      work.heads.advance({
        monitor,
        slot,
        interval_ms,
        status,
        reason,
        since,
        status_code,
        duration_us,
        last_status: null,
        machine: null,
      });
      return 'recorded';
    }
    this.#judge({ result, row, head }, verdictOf(row), work);
    return 'recorded';
  }

  /** Lets the status machine of the monitor judge a verdict that is newer than all others, and writes what comes of it. */
  #judge({ result, row, head }: Arrival, verdict: Verdict, work: Work): void {
    const { spans, evidence, monitors, trouble } = this.#deps;
    const { monitor } = row;
    const watched = monitors.withKey(monitor);
    const rules = watched?.rules ?? USUAL_RULES;
    const before = machineOf(head);
    evidence.keep(row, result, firstInRow(before.memory, row.status));
    const step = judgeVerdict(beforeSlot(before, verdict.slot), rules, verdict);
    const since = step.paint.length > 0 ? spans.paint(monitor, step.paint) : step.state.since;
    const isWatched = watched?.isWatched === true;
    const state = isWatched ? step.state : { ...step.state, memory: forgotten(step.state.status) };
    const after = headAfter(
      { ...row, interval_ms: verdict.interval, reason: verdict.reason },
      state,
      since ?? row.slot,
    );
    if (isUnchanged(head, after)) work.heads.advance(after);
    else work.heads.change(after);
    const gap = head !== undefined && leavesGap(newestVerdict(head), verdict.slot);
    const from = gap || head === undefined ? 'unknown' : head.status;
    if (from !== state.status) work.transitions.push(transitionTo(result, { ...verdict, status: state.status }, from));
    if (!isWatched) return;
    const { now } = work;
    trouble.note({ result, row, before, step, severity: watched.severity, now });
    const order = orderAfter({ result, before, step, rules, now });
    if (order !== undefined) work.orders.set(order.monitor, order);
  }

  /** A slot at or before the newest one: it may only fill time that no newer slot speaks for. */
  #recordLate(result: CheckResult, row: JournalRow, head: HeadRow, work: Work): Fate {
    const { journal, spans, seam, neighbours, evidence, monitors, blind } = this.#deps;
    const { monitor } = head;
    journal.settle();
    const around = neighbours.around(result, head, work.blocks);
    const { previous, same } = around;
    const next = around.next ?? (result.slot < head.slot ? newestVerdict(head) : undefined);
    if (previous !== undefined && result.slot - previous.slot !== result.interval) {
      row.back_ms = result.slot - previous.slot;
    }
    const fate = this.#keepLate(row, work);
    if (fate !== 'recorded') return fate;
    blind.seeLate(row);
    if (next === undefined) return this.#recordBeside({ result, row, head }, work);
    evidence.keep(row, result);
    if (same === undefined && next.slot >= seam.slot) journal.relink(monitor, next.slot, result.slot);
    const verdict = same === undefined ? verdictOf(row) : joinVerdicts(same, verdictOf(row));
    if (same !== undefined && sameVerdict(same, verdict)) return 'recorded';
    const isKnown = same?.status === verdict.status;
    const { rules } = monitors.withKey(monitor) ?? { rules: USUAL_RULES };
    const span = spans.insert(monitor, { previous, verdict, next, isKnown }, rules);
    work.heads.change({ ...head, since: span?.start ?? head.since });
    return 'recorded';
  }

  /** Another place's word on the newest slot: the graver one counts, and is judged only when it is another. */
  #recordBeside({ result, row, head }: Arrival & { readonly head: HeadRow }, work: Work): Fate {
    const known = newestVerdict(head);
    const verdict = joinVerdicts(known, verdictOf(row));
    if (sameVerdict(known, verdict)) {
      this.#deps.evidence.keep(row, result);
      return 'recorded';
    }
    if (verdict.status !== known.status) {
      this.#judge({ result, row, head }, verdict, work);
      return 'recorded';
    }
    this.#deps.evidence.keep(row, result);
    const { interval, reason, status } = verdict;
    const beginsSpan = head.since === head.slot && head.status === status;
    if (beginsSpan) this.#deps.spans.paint(head.monitor, [{ start: head.since, status, reason }]);
    work.heads.change({ ...head, interval_ms: interval, reason });
    return 'recorded';
  }

  /** Puts a row where results of its hour are: into the journal, or into a block. */
  #keepLate(row: JournalRow, work: Work): Fate {
    const { seam, journal, watch } = this.#deps;
    if (row.slot < seam.slot) return work.blocks.add(row);
    if (!journal.insert(row)) return 'duplicates';
    if (row.slot < watch.until) work.late.push(row);
    return 'recorded';
  }
}

/** Whether a result says what is known already, and nothing is being confirmed: so it is nearly always. */
function goesOn(head: HeadRow | undefined, row: JournalRow): head is HeadRow {
  if (head === undefined || head.machine !== null || head.status !== row.status) return false;
  return !leavesGap({ slot: head.slot, interval: head.interval_ms }, row.slot);
}

/** A second verdict on the newest slot is judged like one that came right after the first. */
function beforeSlot(state: MachineState, slot: number): MachineState {
  if (state.newest?.slot !== slot) return state;
  return { ...state, newest: { ...state.newest, slot: slot - 1 } };
}

/** Where the row of results that this status is one of began; without one `undefined`. */
function firstInRow(memory: MachineMemory | null, status: JournalRow['status']): number | undefined {
  if (memory === null || status === 'unknown') return undefined;
  if (status === 'down') return memory.failures?.first;
  return memory.successes?.first ?? (status === 'degraded' ? memory.degraded?.first : undefined);
}

/** Whether all that has to be saved with the transaction is as it was. */
function isUnchanged(head: HeadRow | undefined, after: HeadRow): boolean {
  return head?.status === after.status && head.since === after.since && head.machine === after.machine;
}

function verdictOf({ slot, interval_ms, status, reason }: JournalRow): Verdict {
  return { slot, interval: interval_ms, status, reason };
}

function transitionTo(result: CheckResult, verdict: Verdict, from: Transition['from']): Transition {
  return { monitor: result.monitor, at: verdict.slot, from, to: verdict.status, reason: verdict.reason };
}
