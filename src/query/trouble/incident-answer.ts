import type { Status } from '../../core/status.ts';
import type { Severity } from '../../core/trouble/event.ts';
import type { IncidentKind, Resolution } from '../../core/trouble/incident.ts';
import type { CauseAnswer } from './cause-answer.ts';

/** A stretch of trouble. Times are RFC 3339. */
export interface IncidentAnswer {
  readonly number: number;
  /** What it is at its worst. */
  readonly kind: IncidentKind;
  readonly severity: Severity;
  readonly open: boolean;
  /** How its monitor stands as of the newest change, while it is open. */
  readonly status: Status;
  readonly flapping: boolean;
  /** The monitor's id, name and group; `null` when this monitor itself was blind. */
  readonly monitor: string | null;
  readonly name: string | null;
  readonly group: string | null;
  /** Where we were blind; `null` for the rest. */
  readonly location: string | null;
  /** When the first failure was due, and when it was confirmed. */
  readonly started_at: string;
  readonly opened_at: string;
  /** When the first success after it was due; `null` while it is open. */
  readonly resolved_at: string | null;
  readonly resolution: Resolution | null;
  /** From its beginning to its end, or to now. */
  readonly duration_seconds: number;
  readonly cause: CauseAnswer | null;
  readonly acknowledged: { readonly at: string; readonly by: string | null } | null;
  /** Nobody is told of it until then; `null` when it is not silenced now. */
  readonly silenced_until: string | null;
  /** The storm it is part of: the number of its first incident; `null` when it came alone. */
  readonly storm: number | null;
}
