import type { KeptResult } from '../core/history/kept-result.ts';
import type { JournalRow } from './schema.ts';

/** A row of the journal as history keeps it; its monitor, location and place in the chain stay behind. */
export function keptOfJournalRow(row: Omit<JournalRow, 'monitor' | 'location' | 'back_ms'>): KeptResult {
  return {
    slot: row.slot,
    intervalMs: row.interval_ms,
    status: row.status,
    reason: row.reason,
    statusCode: row.status_code,
    lateMs: row.late_ms,
    durationUs: row.duration_us,
    dnsUs: row.dns_us,
    connectUs: row.connect_us,
    tlsUs: row.tls_us,
    waitUs: row.wait_us,
    bodyUs: row.body_us,
    family: row.family,
    attempt: row.attempt ?? 1,
    traced: row.traced === 1,
    message: row.message,
  };
}
