import type { Milliseconds } from './duration.ts';

/** What a report says: a run began, a run ended well or badly, or just something worth keeping. */
export const REPORT_KINDS = ['start', 'success', 'fail', 'log'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

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
export interface KeptReport extends Omit<IncomingReport, 'text'> {
  /** When it came, ms since the epoch. */
  readonly at: number;
  readonly text: string | null;
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
