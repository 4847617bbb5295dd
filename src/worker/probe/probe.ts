import type { Clock } from '../../core/clock.ts';
import { type Attempt, type Certificate, NO_EVIDENCE } from '../../core/evidence.ts';
import { type Finding, findingsOf, judge, statusOfReason } from '../../core/expect/finding.ts';
import { type NumberRule, judgeNumber, writeMilliseconds } from '../../core/expect/number-rule.ts';
import type { ProbedMonitor } from '../../core/monitor/monitor.ts';
import { NO_PHASES, type Outcome } from '../../core/outcome.ts';
import { Deadline } from '../../net/deadline.ts';
import { type Failure, shortMessage } from '../../net/failure.ts';
import type { Network } from '../../net/network.ts';
import { PhaseTimer } from '../../net/phase-timer.ts';
import type { NetContext } from '../../net/reach.ts';
import type { TokenStore } from './authorization.ts';
import type { ContentJudge } from './http/content-judge.ts';

/** What a probe needs from outside, for all checks alike. */
export interface ProbeDeps {
  readonly clock: Clock;
  readonly network: Network;
  /** Tokens that were given out for requests, kept from check to check. */
  readonly tokens: TokenStore;
  /** Judges bodies without keeping what measures waiting. */
  readonly contents: ContentJudge;
}

/** What is particular to one check. */
export interface CheckOptions {
  /** The trace id the request should carry, 32 hexadecimal digits; `null` for none. */
  readonly traceId: string | null;
  /** Whether the outcome should hold evidence. Gathering it takes time, so only where somebody will look. */
  readonly evidence: boolean;
}

export interface ProbeContext extends ProbeDeps, CheckOptions {}

/**
 * Looks at the target of one monitor, within the monitor's timeout, and says what it saw. A failing target is data:
 * a rejection means a bug of ours, which the caller turns into `internal_error`.
 */
export type Probe<M extends ProbedMonitor = ProbedMonitor> = (monitor: M, context: ProbeContext) => Promise<Outcome>;

/** What a look at a target found. */
export interface Seen {
  /** Why the look did not come to its end; `null` when it did and the findings decide. */
  readonly failure: Failure | null;
  /** What every expectation came to, but for the response time, which {@link observe} judges. */
  readonly findings: readonly Finding[];
  /**
   * Further findings, or why there are none. Asked for when the clock has stopped and the deadline is cleared: the time
   * that we take to judge is not the target's.
   */
  readonly laterFindings?: (() => Promise<readonly Finding[] | Failure>) | undefined;
  /** The address dialled last. */
  readonly address: string | null;
  readonly attempts: readonly Attempt[];
  readonly certificates?: readonly Certificate[];
  readonly facts?: Readonly<Record<string, string>>;
  /** The figure to keep, where the time that the look took is not the one: it is then all there is of the phases. */
  readonly durationMs?: number;
  readonly statusCode?: number | null;
  readonly finalUrl?: string | null;
  /** The trace id that was really sent. */
  readonly traceId?: string | null;
}

/** What every type of monitor that is probed has: how long it may take, and what that means. */
export interface Timed {
  readonly timeout: number;
  readonly expect: { readonly response_time?: NumberRule | null };
  readonly degraded: { readonly response_time?: NumberRule | null };
}

/**
 * Runs one look at a target: one deadline for all of it, the phases timed, the response time judged with the other
 * expectations, and everything turned into an outcome. `look` must end by the deadline; it says how through
 * `deadline.whenOver`.
 */
export async function observe(
  monitor: Timed,
  { clock, network, evidence }: ProbeContext,
  look: (net: NetContext) => Promise<Seen>,
): Promise<Outcome> {
  const startedAt = clock.now();
  const started = clock.monotonic();
  const phases = new PhaseTimer(clock);
  const deadline = new Deadline(clock, monitor.timeout);
  let seen: Seen;
  try {
    seen = await look({ network, deadline, phases });
  } finally {
    deadline.clear();
  }
  const durationMs = seen.durationMs ?? clock.monotonic() - started;
  const spent = seen.durationMs === undefined ? phases.finish() : { ...NO_PHASES, wait: seen.durationMs };
  const { findings, failure } = isPlain(seen, monitor) ? seen : await allFindings(seen, monitor, durationMs);
  const judgement = failure === null ? judge(findings) : { ...failure, status: statusOfReason(failure.reason) };
  return {
    status: judgement.status,
    reason: judgement.reason,
    message: judgement.message === null ? null : shortMessage(judgement.message),
    statusCode: seen.statusCode ?? null,
    finalUrl: seen.finalUrl ?? null,
    address: seen.address,
    startedAt,
    durationMs,
    phases: spent,
    traceId: seen.traceId ?? null,
    evidence: evidence
      ? {
          attempts: seen.attempts,
          certificates: seen.certificates ?? [],
          findings,
          facts: seen.facts ?? NO_EVIDENCE.facts,
        }
      : null,
  };
}

/** Whether there is nothing to judge beside what was seen. */
function isPlain({ failure, laterFindings }: Seen, { expect, degraded }: Timed): boolean {
  const isTimed = (expect.response_time ?? null) !== null || (degraded.response_time ?? null) !== null;
  return failure !== null || (laterFindings === undefined && !isTimed);
}

/** Every finding of a look that came to its end, in the order of the expectations. */
async function allFindings(
  { failure, findings, laterFindings }: Seen,
  monitor: Timed,
  durationMs: number,
): Promise<Pick<Seen, 'findings' | 'failure'>> {
  const later = laterFindings === undefined ? [] : await laterFindings();
  const slow = responseTime(monitor, durationMs);
  if (!('reason' in later)) return { findings: [...findings, ...later, ...slow], failure };
  // What could not be judged does not excuse what could.
  const all = [...findings, ...slow];
  return { findings: all, failure: judge(all).status === 'down' ? null : later };
}

function responseTime({ expect, degraded }: Timed, durationMs: number): readonly Finding[] {
  const rules = [
    ['down', expect.response_time],
    ['degraded', degraded.response_time],
  ] as const;
  return rules.flatMap(([severity, rule]) => {
    if (rule === null || rule === undefined) return [];
    const expectation = { what: 'response_time', reason: 'response_slow', severity } as const;
    const got = writeMilliseconds(Math.round(durationMs));
    return findingsOf(expectation, got, judgeNumber(rule, durationMs, writeMilliseconds));
  });
}
