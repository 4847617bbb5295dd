import type { KeptEvidence } from '../core/kept-evidence.ts';
import type { Phases } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { statusOk, type Status } from '../core/status.ts';
import { formatMoment } from '../core/time-window.ts';
import { traceIdOf } from '../core/trace-id.ts';
import type { Database } from '../db/native.ts';
import type { EvidenceRow } from '../db/schema.ts';
import { sightAnswer, type SightAnswer } from './evidence-answer.ts';
import { knownMonitors } from './known-monitors.ts';
import { inSnapshot } from './snapshot.ts';
import { traceSeedOf } from './trace-seed.ts';
import { toMicrosecond } from './units.ts';

/** What one check saw, and what came of it. */
export interface KeptAnswer extends SightAnswer {
  readonly started_at: string | null;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly status_code: number | null;
  /** The address that was dialled last. */
  readonly address: string | null;
  readonly duration_ms: number | null;
  readonly phases_ms: Phases;
  /** The id of the trace (W3C Trace Context) that the request carried. */
  readonly trace_id: string | null;
  /** Whether something was left out to keep it short. */
  readonly cut: boolean;
}

/** What the newest check that brought evidence saw, of one status at one location. */
export interface EvidenceAnswer extends KeptAnswer {
  /** When the check was due, RFC 3339. */
  readonly slot: string;
  readonly location: string;
  readonly status: Status;
  readonly ok: boolean | null;
}

/** The evidence of one monitor, newest first. */
export interface EvidencesAnswer {
  readonly evidence: EvidenceAnswer[];
}

type Row = EvidenceRow & { readonly location_name: string };

/** What did checks of a monitor see, of each status the newest? Throws `monitor_not_found`. `now`: ms since the epoch. */
export function askEvidence(
  database: Database,
  { id, now }: { readonly id: string; readonly now: number },
): EvidencesAnswer {
  return inSnapshot(database, () => {
    const [monitor] = knownMonitors(database, id);
    const seed = traceSeedOf(database);
    const rows = database.prepare<[number | undefined], Row>(`
      SELECT evidence.*, locations.name AS location_name FROM evidence JOIN locations ON locations.key = location
      WHERE monitor = ? ORDER BY slot DESC, location_name, status`);
    const traceIdAt = (slot: number): string | null => (seed === undefined ? null : traceIdOf(seed, id, slot));
    return { evidence: rows.all(monitor?.key).map((row) => evidenceAnswer(row, traceIdAt, now)) };
  });
}

function evidenceAnswer(row: Row, traceIdAt: (slot: number) => string | null, now: number): EvidenceAnswer {
  return {
    slot: formatMoment(row.slot),
    location: row.location_name,
    status: row.status,
    ok: statusOk(row.status),
    ...keptAnswer(JSON.parse(row.data) as KeptEvidence, traceIdAt(row.slot), now),
  };
}

/** Evidence as it is shown at `now` (ms since the epoch). `traceId`: what the request carried if it was traced. */
export function keptAnswer(kept: KeptEvidence, traceId: string | null, now: number): KeptAnswer {
  const { phases } = kept;
  return {
    started_at: kept.startedAt === null ? null : formatMoment(kept.startedAt),
    reason: kept.reason,
    message: kept.message,
    status_code: kept.statusCode,
    address: kept.address,
    duration_ms: toMicrosecond(kept.durationMs),
    phases_ms: {
      dns: toMicrosecond(phases.dns),
      connect: toMicrosecond(phases.connect),
      tls: toMicrosecond(phases.tls),
      wait: toMicrosecond(phases.wait),
      body: toMicrosecond(phases.body),
    },
    trace_id: kept.traced ? traceId : null,
    cut: kept.cut,
    ...sightAnswer(kept, now),
  };
}
