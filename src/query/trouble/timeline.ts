import { reasonClause } from '../../core/notify/reason-sentence.ts';
import { REASONS, type Reason } from '../../core/reasons.ts';
import type { Status } from '../../core/status.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { EventCause, EventProof } from '../../core/trouble/event.ts';
import type { Resolution, TimelineKind } from '../../core/trouble/incident.ts';
import type { Database } from '../../db/native.ts';
import type { TimelineRow } from '../../db/trouble-schema.ts';
import { causeAnswer, proofAnswer, proofWords, type CauseAnswer, type ProofAnswer } from './cause-answer.ts';

/** One thing that happened in an incident. Beyond `text` there is what belongs to its kind; the rest is `null`. */
export interface TimelineAnswer {
  /** RFC 3339. */
  readonly at: string;
  readonly kind: TimelineKind;
  /** In words, one line. */
  readonly text: string;
  /** Who did it. */
  readonly by: string | null;
  /** What they said. */
  readonly note: string | null;
  readonly cause: CauseAnswer | null;
  readonly proof: ProofAnswer | null;
  /** Until when it was silenced, RFC 3339. */
  readonly until: string | null;
  /** The number and the channel of a notification. */
  readonly notification: number | null;
  readonly channel: string | null;
}

/** All that the data of any kind may hold: its rows are written by versions before and after this one. */
interface TimelineData {
  readonly slot?: number;
  readonly cause?: EventCause | null;
  readonly proof?: EventProof | null;
  readonly from?: Status | null;
  readonly to?: Status | null;
  readonly reason?: Reason | null;
  readonly notification?: number;
  readonly channel?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly detail?: string | null;
  readonly by?: string | null;
  readonly note?: string | null;
  readonly text?: string;
  readonly until?: number | null;
  readonly resolution?: Resolution;
}

/** What happened in an incident, in order. */
export function timelineOf(database: Database, incident: number): TimelineAnswer[] {
  const rows = database.prepare<[number], TimelineRow>(
    'SELECT * FROM incident_events WHERE incident = ? ORDER BY at, key',
  );
  return rows.all(incident).map(({ at, kind, data: text }) => {
    const data = JSON.parse(text) as TimelineData;
    return {
      at: formatMoment(at),
      kind,
      text: WORDS[kind]?.(data) ?? kind,
      by: data.by ?? null,
      note: data.note ?? data.text ?? null,
      cause: causeAnswer(data.cause),
      proof: proofAnswer(data.proof),
      until: data.until === undefined || data.until === null ? null : formatMoment(data.until),
      notification: data.notification ?? null,
      channel: data.channel ?? null,
    };
  });
}

type Words = (data: TimelineData) => string;

/** With what a message was told that was not told by itself. */
const MERGED: Readonly<Record<string, string>> = {
  collapse: 'told in one with its end',
  storm: 'told in one with others that came at once',
  digest: 'told in one with others that were held',
};

const WORDS: Readonly<Record<TimelineKind, Words>> = {
  first_failure: ({ cause }) => `first failure${because(cause)}`,
  confirmed: ({ proof }) => `confirmed${proven(proof)}`,
  changed: ({ from, to, cause }) =>
    `${from ?? 'unknown'} became ${to ?? 'unknown'}${to === 'up' ? '' : because(cause)}`,
  flapping: ({ proof }) => `began to flap${proven(proof)}`,
  calm: () => 'is steady again',
  unobserved: ({ reason }) => `nothing could be seen${reason ? `: ${REASONS[reason]?.text ?? reason}` : ''}`,
  notification: ({ channel, kind, state, detail }) =>
    `message to ${channel ?? 'a channel'} (${kind ?? 'event'}) ${fateWords(state ?? '', detail ?? '')}`.trimEnd(),
  acknowledged: ({ by, note }) => `acknowledged${person(by)}${said(note)}`,
  noted: ({ by, text }) => `note${person(by)}${said(text)}`,
  silenced: ({ by, until }) =>
    until === undefined || until === null
      ? `the silence was ended${person(by)}`
      : `silenced${person(by)} until ${plain(until)}`,
  first_success: () => 'first success',
  resolved: (data) => RESOLVED[data.resolution ?? 'recovered'](data),
};

const RESOLVED: Readonly<Record<Resolution, Words>> = {
  recovered: ({ proof }) => `recovered${proven(proof)}`,
  by_hand: ({ by, note }) => `resolved by hand${person(by)}${said(note)}`,
  removed: () => 'closed: the monitor is no longer configured',
  disabled: () => 'closed: the monitor was switched off',
};

/** What became of a message. */
function fateWords(state: string, detail: string): string {
  if (state === 'merged' && Object.hasOwn(MERGED, detail)) return MERGED[detail] ?? '';
  if (state === 'dropped') return `not sent${said(reasonClause(detail))}`;
  if (state === 'dead') return `given up${said(reasonClause(detail))}`;
  return `${state}${said(detail)}`;
}

function because(cause: EventCause | null | undefined): string {
  return said(causeAnswer(cause)?.text);
}

function proven(proof: EventProof | null | undefined): string {
  return proof === null || proof === undefined ? '' : `: ${proofWords(proof)}`;
}

function person(by: string | null | undefined): string {
  return by === null || by === undefined || by === '' ? '' : ` by ${by}`;
}

function said(text: string | null | undefined): string {
  return text === null || text === undefined || text === '' ? '' : `: ${text}`;
}

function plain(moment: number): string {
  return `${formatMoment(moment).slice(0, 19).replace('T', ' ')} UTC`;
}
