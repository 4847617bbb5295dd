/**
 * Results as a monitor of a web site leaves them: phases that are log-normal about medians of its own, a lateness of a few
 * ms, and now and then a failure. The same seed gives the same results, in whatever order they are asked for.
 */
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import { keptMicroseconds, type KeptResult } from '../../src/core/history/kept-result.ts';

/** Whose results, and of which hour since the epoch. */
export interface RealisticQuestion {
  readonly seed: number;
  /** The monitor's number, from 0 up. */
  readonly monitor: number;
  readonly hour: number;
  /** 60,000 when left out. */
  readonly intervalMs?: number;
  /** The share of checks that fail, 0 to 1; 0.01 when left out. */
  readonly failures?: number;
}

/** The medians of the phases, ms, and how far they spread (sigma of the logarithm), of one monitor. */
interface Habits {
  readonly dns: number;
  readonly connect: number;
  readonly tls: number;
  readonly wait: number;
  readonly body: number;
  readonly spread: number;
  /** ms between the phases. */
  readonly rest: number;
  readonly late: number;
  /** Where in the interval its slots lie, 0 to 1. */
  readonly offset: number;
}

type Random = () => number;

/** The results of one monitor in one hour, in order of slot. */
export function realisticResults(question: RealisticQuestion): KeptResult[] {
  const { seed, monitor, hour, intervalMs = 60_000, failures = 0.01 } = question;
  const habits = habitsOf(randomFrom(seed * 7919 + monitor));
  const random = randomFrom(mixed(seed * 7919 + monitor) + hour);
  const from = hour * HOUR_MS;
  const results: KeptResult[] = [];
  for (let slot = from + Math.floor(habits.offset * intervalMs); slot < from + HOUR_MS; slot += intervalMs) {
    const good = goodResult({ slot, intervalMs, habits, random });
    results.push(random() < failures ? failed(good, random) : good);
  }
  return results;
}

function habitsOf(random: Random): Habits {
  return {
    dns: between(random, 0.3, 5),
    connect: between(random, 10, 30),
    tls: between(random, 20, 60),
    wait: between(random, 30, 200),
    body: between(random, 0.2, 3),
    spread: 0.2 + 0.3 * random(),
    rest: between(random, 0.02, 0.1),
    late: between(random, 1, 3),
    offset: random(),
  };
}

function goodResult(of: { slot: number; intervalMs: number; habits: Habits; random: Random }): KeptResult {
  const { slot, intervalMs, habits, random } = of;
  const { dns, connect, tls, wait, body, spread } = habits;
  const phases = [dns, connect, tls, wait, body].map((median) => median * Math.exp(spread * normal(random)));
  const duration = phases.reduce((sum, each) => sum + each, habits.rest * (0.5 + random()));
  const [dnsUs = null, connectUs = null, tlsUs = null, waitUs = null, bodyUs = null] = phases.map(keptMicroseconds);
  return {
    slot,
    intervalMs,
    status: 'up',
    reason: null,
    statusCode: 200,
    lateMs: Math.min(5, Math.floor(habits.late * random() * 2)),
    durationUs: keptMicroseconds(duration),
    dnsUs,
    connectUs,
    tlsUs,
    waitUs,
    bodyUs,
    family: 4,
    attempt: 1,
    traced: false,
    message: null,
  };
}

/** What a good check would have been, had the target failed. */
function failed(good: KeptResult, random: Random): KeptResult {
  const none = { statusCode: null, tlsUs: null, waitUs: null, bodyUs: null };
  const which = random();
  if (which < 0.4) {
    const message = 'the status code is 503, expected 200 to 299';
    return { ...good, status: 'down', reason: 'status_unexpected', statusCode: 503, message };
  }
  if (which < 0.7) {
    const message = 'no answer came within 10 s';
    const down = { ...good, status: 'down', reason: 'timeout_wait', message } as const;
    return {
      ...down,
      statusCode: null,
      waitUs: null,
      bodyUs: null,
      durationUs: 10_000_000 + 10 * Math.floor(random() * 300),
    };
  }
  const durationUs = (good.dnsUs ?? 0) + (good.connectUs ?? 0) + 40;
  const message = `connect ECONNREFUSED 192.0.2.${Math.floor(random() * 250)}:443`;
  return {
    ...good,
    ...none,
    status: 'down',
    reason: 'conn_refused',
    connectUs: null,
    durationUs: keptMicroseconds(durationUs / 1000),
    message,
  };
}

/** Evenly spread over the logarithm. */
function between(random: Random, least: number, greatest: number): number {
  return least * (greatest / least) ** random();
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Numbers from 0 to 1, always the same ones of a seed: mulberry32 of Tommy Ettinger, public domain. */
function randomFrom(seed: number): Random {
  let state = mixed(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state) / 2 ** 32;
  };
}

function mixed(seed: number): number {
  let bits = seed | 0;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
