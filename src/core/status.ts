/** What we conclude about a monitor. `unknown` is neither up nor down: nothing was measured, or the fault was ours. */
export const STATUSES = ['up', 'degraded', 'down', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];

/** What a status says about the target as a yes or no: `null` when it says nothing. */
export function statusOk(status: Status): boolean | null {
  if (status === 'unknown') return null;
  return status !== 'down';
}
