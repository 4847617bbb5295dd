/** What an incident is at its worst. `blind`: we ourselves saw nothing. */
export const INCIDENT_KINDS = ['down', 'degraded', 'flapping', 'blind'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** How an incident ended. `removed` and `disabled`: nobody watches its monitor any more. */
export const RESOLUTIONS = ['recovered', 'by_hand', 'removed', 'disabled'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What the timeline of an incident tells. */
export const TIMELINE_KINDS = [
  'first_failure',
  'confirmed',
  'changed',
  'flapping',
  'calm',
  'unobserved',
  'notification',
  'acknowledged',
  'noted',
  'silenced',
  'first_success',
  'resolved',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];
