import { z } from 'zod';
import type { TroubleRules } from '../trouble/rules.ts';

const ms = z.int().min(0);
const atLeastOne = z.int().min(1);

/** By what rules results of a monitor are judged, in an export. Times in ms. */
export const exportedRulesSchema = z.object({
  retries: z.int().min(0),
  retry_interval_ms: ms,
  recover_after: atLeastOne,
  interval_down_ms: ms.nullable(),
  degraded_after: atLeastOne,
  flapping: z.object({ changes: atLeastOne, window_ms: ms }).nullable(),
});

export type ExportedRules = z.infer<typeof exportedRulesSchema>;

/** Rules as an export has them. */
export function exportedRules(rules: TroubleRules): ExportedRules {
  const { retries, retryInterval, recoverAfter, intervalDown, degradedAfter, flapping } = rules;
  return {
    retries,
    retry_interval_ms: retryInterval,
    recover_after: recoverAfter,
    interval_down_ms: intervalDown,
    degraded_after: degradedAfter,
    flapping: flapping === null ? null : { changes: flapping.changes, window_ms: flapping.window },
  };
}

/** Rules of an export as results are judged by them. */
export function importedRules(rules: ExportedRules): TroubleRules {
  const { retries, retry_interval_ms, recover_after, interval_down_ms, degraded_after, flapping } = rules;
  return {
    retries,
    retryInterval: retry_interval_ms,
    recoverAfter: recover_after,
    intervalDown: interval_down_ms,
    degradedAfter: degraded_after,
    flapping: flapping === null ? null : { changes: flapping.changes, window: flapping.window_ms },
  };
}
