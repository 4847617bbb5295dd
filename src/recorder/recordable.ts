import type { Evidence } from '../core/evidence.ts';
import { HOUR_MS, LAST_HOUR } from '../core/history/history-key.ts';
import type { CheckResult } from '../core/outcome.ts';
import { REASONS } from '../core/reasons.ts';
import { STATUSES } from '../core/status.ts';

const LONGEST_LOCATION = 64;
const SLOTS_END = (LAST_HOUR + 1) * HOUR_MS;

/**
 * Whether a result can be written as it is. Results come over a queue, and one that is not what its type says (another
 * version, a hand in Redis) must not make the whole flush fail again and again.
 */
export function isRecordable(result: CheckResult): boolean {
  const { slot, interval, location, reason, status, message, phases } = result;
  if (!Number.isSafeInteger(slot) || slot < 0 || slot >= SLOTS_END) return false;
  if (!Number.isSafeInteger(interval) || interval <= 0) return false;
  if (typeof location !== 'string' || location === '' || location.length > LONGEST_LOCATION) return false;
  if (!STATUSES.includes(status) || (reason !== null && !Object.hasOwn(REASONS, reason))) return false;
  if (message !== null && typeof message !== 'string') return false;
  if (typeof phases !== 'object' || phases === null) return false;
  const { dns, connect, tls, wait, body } = phases;
  if (!isTime(result.startedAt) || !isTime(result.durationMs)) return false;
  if (!isTime(dns) || !isTime(connect) || !isTime(tls) || !isTime(wait) || !isTime(body)) return false;
  return result.statusCode === null || Number.isSafeInteger(result.statusCode);
}

/** A result whose evidence is what its type says, or that has none. What is wrong with it must not cost the result. */
export function evidenceOrNone(result: CheckResult): CheckResult {
  return result.evidence === null || isEvidence(result.evidence) ? result : { ...result, evidence: null };
}

function isEvidence(value: unknown): value is Evidence {
  if (!isMap(value) || !isMap(value.facts)) return false;
  const { attempts, certificates, findings, facts } = value;
  return (
    isListOf(attempts, ['address']) &&
    isListOf(certificates, ['subject', 'issuer', 'names', 'fingerprint']) &&
    isListOf(findings, ['what', 'expected', 'got']) &&
    Object.values(facts).every((fact) => typeof fact === 'string')
  );
}

/** A list of maps in which these keys are texts. */
function isListOf(list: unknown, texts: readonly string[]): boolean {
  return (
    Array.isArray(list) && list.every((entry) => isMap(entry) && texts.every((key) => typeof entry[key] === 'string'))
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number that can be kept in whole microseconds, or none. */
function isTime(time: number | null): boolean {
  return time === null || Number.isSafeInteger(Math.round(time * 1000));
}
