import { z } from 'zod';
import { blameOf, REASONS, type Reason } from '../reasons.ts';
import { STATUSES } from '../status.ts';
import { formatMoment } from '../time-window.ts';
import { HOUR_MS, LAST_HOUR } from './history-key.ts';
import { keptMicroseconds, type KeptResult } from './kept-result.ts';

/** A result with whose it is and where it was measured. */
export interface NamedResult {
  /** The id of the monitor. */
  readonly monitor: string;
  readonly location: string;
  /** The id of the trace that the request carried; `null` when it carried none. */
  readonly traceId: string | null;
  readonly result: KeptResult;
}

/** The longest duration that is believed, ms: thirty days. */
const LONGEST_MS = 30 * 86_400_000;
/** The farthest that the clock of a check is believed to be from its slot, ms: a year. */
const FARTHEST_MS = 366 * 86_400_000;
const LONGEST_MESSAGE = 1000;
/** A number of a response is never longer; DNS and WebSocket have codes of their own below it. */
const GREATEST_CODE = 999_999;

const duration = z.number().min(0).max(LONGEST_MS).nullable().optional();

/** A moment in RFC 3339 with an offset, as whole ms since the epoch. */
export const momentField = z.iso.datetime({ offset: true });

/** One result as a line of an export has it. Keys that are not known are passed over. */
export const exportedResultSchema = z.object({
  kind: z.literal('result'),
  monitor: z.string(),
  location: z.string().min(1).max(64),
  slot: momentField,
  interval_ms: z.int().min(1),
  status: z.enum(STATUSES),
  reason: z
    .enum(Object.keys(REASONS) as [Reason, ...Reason[]])
    .nullable()
    .optional(),
  message: z.string().nullable().optional(),
  status_code: z.int().min(0).max(GREATEST_CODE).nullable().optional(),
  late_ms: z.int().min(-FARTHEST_MS).max(FARTHEST_MS).nullable().optional(),
  duration_ms: duration,
  phases_ms: z.object({ dns: duration, connect: duration, tls: duration, wait: duration, body: duration }).optional(),
  ip_version: z.literal([4, 6]).nullable().optional(),
  attempt: z.int().min(1).max(1000).optional(),
  trace_id: z.string().nullable().optional(),
});

export type ExportedResult = z.infer<typeof exportedResultSchema>;

/** A result as an export tells it, its keys in the order in which they are read best. */
export function exportedResult({ monitor, location, traceId, result }: NamedResult) {
  return {
    kind: 'result' as const,
    monitor,
    location,
    slot: formatMoment(result.slot),
    interval_ms: result.intervalMs,
    status: result.status,
    reason: result.reason,
    message: result.message,
    status_code: result.statusCode,
    late_ms: result.lateMs,
    duration_ms: inMilliseconds(result.durationUs),
    phases_ms: {
      dns: inMilliseconds(result.dnsUs),
      connect: inMilliseconds(result.connectUs),
      tls: inMilliseconds(result.tlsUs),
      wait: inMilliseconds(result.waitUs),
      body: inMilliseconds(result.bodyUs),
    },
    ip_version: result.family,
    attempt: result.attempt,
    trace_id: traceId,
  } satisfies ExportedResult;
}

/** The result that a line of an export tells; a fault, worded for a person, when its parts do not fit together. */
export function keptOfExported(line: ExportedResult): { readonly result: KeptResult } | { readonly fault: string } {
  const slot = Date.parse(line.slot);
  if (slot < 0 || slot >= (LAST_HOUR + 1) * HOUR_MS) return { fault: 'slot is not a time from 1970 to 2209' };
  const reason = line.reason ?? null;
  if (line.status === 'up' && reason !== null) return { fault: 'reason must be null when the status is up' };
  if (reason !== null && blameOf(reason) === 'self' && line.status !== 'unknown') {
    return { fault: `status must be unknown with the reason ${reason}` };
  }
  const phases = line.phases_ms;
  const result: KeptResult = {
    slot,
    intervalMs: line.interval_ms,
    status: line.status,
    reason,
    statusCode: line.status_code ?? null,
    lateMs: line.late_ms ?? null,
    durationUs: keptMicroseconds(line.duration_ms ?? null),
    dnsUs: keptMicroseconds(phases?.dns ?? null),
    connectUs: keptMicroseconds(phases?.connect ?? null),
    tlsUs: keptMicroseconds(phases?.tls ?? null),
    waitUs: keptMicroseconds(phases?.wait ?? null),
    bodyUs: keptMicroseconds(phases?.body ?? null),
    family: line.ip_version ?? null,
    attempt: line.attempt ?? 1,
    traced: (line.trace_id ?? null) !== null,
    message: line.status === 'up' ? null : cut(line.message ?? null),
  };
  return { result };
}

function inMilliseconds(microseconds: number | null): number | null {
  return microseconds === null ? null : microseconds / 1000;
}

function cut(message: string | null): string | null {
  // Control characters are for terminals to act on; ours never have any.
  return message === null ? null : message.slice(0, LONGEST_MESSAGE).replaceAll(/\p{Cc}/gu, ' ');
}
