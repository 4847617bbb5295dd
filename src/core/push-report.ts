import type { Milliseconds } from './duration.ts';
import type { PushState, ReportKind } from './push-state.ts';

/** A report as it came in. */
export interface IncomingReport {
  readonly kind: ReportKind;
  /** The exit status of the job, 0 to 255, when it reported one. */
  readonly exitStatus: number | null;
  /** A UUID that tells runs apart that go on at the same time. */
  readonly run: string | null;
  /** How long the run took as the job itself measured it. */
  readonly runMs: Milliseconds | null;
  /** A sentence for people: one line, at most 200 characters. */
  readonly message: string | null;
  /** What the job sent along, at most {@link MOST_TEXT_BYTES} of UTF-8; empty for nothing. */
  readonly text: string;
}

/** A report as it is kept. */
export interface KeptReport extends IncomingReport {
  readonly monitor: string;
  /** When it came, whole ms since the epoch. */
  readonly at: number;
}

/** Where a monitor stands, with what is needed to go on from there another time. */
export interface KeptPush {
  readonly monitor: string;
  /** The text of the rule its state was made by. */
  readonly rule: string;
  readonly state: PushState;
  /** When it was switched off or left the configuration; `null` while it is watched. */
  readonly leftAt: number | null;
}

/** What is written together with the results that it led to. */
export interface PushWrite {
  /** Reports could be taken in up to here, ms since the epoch. */
  readonly aliveAt: number;
  readonly states: readonly KeptPush[];
  readonly reports: readonly KeptReport[];
}

/** What a restart finds. */
export interface PushMemory {
  /** Until when reports could be taken in; `null` when they never were. */
  readonly aliveAt: number | null;
  readonly states: readonly KeptPush[];
}

/** So much of what a report brings along is kept. */
export const MOST_TEXT_BYTES = 10_240;

/** So many of the newest reports are kept of each monitor. */
export const MOST_REPORTS = 100;

/** What became of a report. */
export type ReportFate =
  /** Kept, or its monitor is switched off and there is nothing to keep it for. */
  | { readonly fate: 'taken' }
  | { readonly fate: 'unknown_token' }
  /** Came too soon after others of the same token; another may come after so many whole seconds. */
  | { readonly fate: 'too_many'; readonly retryAfter: number }
  /** Can be neither written nor kept in memory until it can. */
  | { readonly fate: 'not_kept' };

/** Takes reports in, whoever brings them. */
export interface ReportTaker {
  take(token: string, report: IncomingReport): Promise<ReportFate>;
}

/** One line for people out of any text: its first line that says something, at most 200 characters. */
export function messageFrom(text: string): string | null {
  const line = text.split(/[\r\n\u2028\u2029]/).find((each) => each.trim() !== '') ?? '';
  const clean = line.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}]+/gu, ' ').trim();
  return clean === '' ? null : Array.from(clean.slice(0, 400)).slice(0, 200).join('');
}
