import type { Attempt } from '../../core/evidence.ts';
import { type Finding, findingsOf } from '../../core/expect/finding.ts';
import { type NumberRule, judgeNumber, writeMilliseconds } from '../../core/expect/number-rule.ts';
import type { PingMonitor } from '../../core/monitor/ping.ts';
import { type Failure, shortMessage } from '../../net/failure.ts';
import { ping } from '../../net/ping.ts';
import type { PingReport } from '../../net/ping-report.ts';
import { type NetContext, resolveVetted } from '../../net/reach.ts';
import type { ResolvedAddress } from '../../net/resolver.ts';
import { observe, type Probe, type Seen } from './probe.ts';
import { Turns } from './turns.ts';

export interface PingProbeOptions {
  /** The program, by name or path. */
  readonly program?: string;
  /** How many processes may run at once. Whoever waits for one is late, which is not held against its target. */
  readonly atOnce?: number;
}

/** Probes a host with echo requests, sent by the ping of the system. The duration of its outcome is the mean round trip. */
export function createPingProbe({ program = 'ping', atOnce = 50 }: PingProbeOptions = {}): Probe<PingMonitor> {
  const turns = new Turns(atOnce);
  return (monitor, context) => {
    const timed = { timeout: monitor.timeout, expect: {}, degraded: {} };
    return turns.take(() => observe(timed, context, (net) => look(monitor, program, net)));
  };
}

async function look(monitor: PingMonitor, program: string, net: NetContext): Promise<Seen> {
  const { host, ip_version: ipVersion, resolver } = monitor;
  const vetted = await resolveVetted({ host, ipVersion, resolver, from: null }, net);
  if ('reason' in vetted) return { failure: vetted, findings: [], address: null, attempts: [] };
  const { address, result, attempts } = await pingFirstReachable(monitor, program, {
    addresses: vetted.addresses,
    net,
  });
  if ('reason' in result) return { failure: result, findings: [], address, attempts };
  const findings = [...judgeLoss(monitor, result), ...judgeRoundTrip(monitor, result)];
  const durationMs = result.rtt === null ? {} : { durationMs: result.rtt.mean };
  return { failure: null, findings, address, attempts, facts: factsOf(result), ...durationMs };
}

/** Pings the first address, and the next one only where this machine has no route to that of the one before. */
async function pingFirstReachable(
  { count, size, dont_fragment: dontFragment }: PingMonitor,
  program: string,
  { addresses, net }: { readonly addresses: readonly ResolvedAddress[]; readonly net: NetContext },
): Promise<{ address: string; result: PingReport | Failure; attempts: readonly Attempt[] }> {
  const { clock } = net.network;
  const attempts: Attempt[] = [];
  for (const [place, to] of addresses.entries()) {
    const began = clock.monotonic();
    const result = await ping({ to, count, size, dontFragment, program }, net);
    const reason = 'reason' in result ? result.reason : lossReason(result);
    attempts.push({ address: to.address, reason, ms: clock.monotonic() - began });
    const isLast = place === addresses.length - 1;
    if (isLast || reason !== 'network_unreachable') return { address: to.address, result, attempts };
  }
  throw new Error('a name was vetted that has no address');
}

/** Why requests were lost, when all of them were; `null` when one was answered. */
function lossReason({ received, errors }: PingReport): 'host_unreachable' | 'ping_no_answer' | null {
  if (received > 0) return null;
  return errors > 0 ? 'host_unreachable' : 'ping_no_answer';
}

function lostPercent({ sent, received }: PingReport): number {
  return ((sent - received) / sent) * 100;
}

function judgeLoss({ expect, degraded }: PingMonitor, report: PingReport): readonly Finding[] {
  const reason = lossReason(report) ?? 'ping_loss';
  const got = `${writePercent(lostPercent(report))} (${report.sent - report.received} of ${report.sent})`;
  return bySeverity(expect.loss, degraded.loss, (rule, severity) =>
    findingsOf({ what: 'loss', reason, severity }, got, judgeNumber(rule, lostPercent(report), writePercent)),
  );
}

function judgeRoundTrip({ expect, degraded }: PingMonitor, { rtt }: PingReport): readonly Finding[] {
  const got = rtt === null ? 'no answer' : writeMilliseconds(rtt.mean);
  return bySeverity(expect.rtt, degraded.rtt, (rule, severity) =>
    findingsOf(
      { what: 'rtt', reason: 'response_slow', severity },
      got,
      judgeNumber(rule, rtt?.mean ?? null, writeMilliseconds),
    ),
  );
}

function bySeverity(
  expected: NumberRule | null,
  degraded: NumberRule | null,
  judge: (rule: NumberRule, severity: Finding['severity']) => readonly Finding[],
): readonly Finding[] {
  return [
    ...(expected === null ? [] : judge(expected, 'down')),
    ...(degraded === null ? [] : judge(degraded, 'degraded')),
  ];
}

function writePercent(percent: number): string {
  return `${Math.round(percent * 10) / 10} %`;
}

function factsOf(report: PingReport): Readonly<Record<string, string>> {
  const { sent, received, rtt, complaint } = report;
  return {
    'packets sent': `${sent}`,
    'packets received': `${received}`,
    'packets lost': writePercent(lostPercent(report)),
    ...(rtt !== null && {
      'round trip': `${rtt.min} ms at least, ${rtt.mean} ms on average, ${rtt.max} ms at most`,
    }),
    ...(complaint !== '' && { 'ping says': shortMessage(complaint) }),
  };
}
