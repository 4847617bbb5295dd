import type { Milliseconds } from '../core/duration.ts';
import { type Failure, failure, failureSaying } from './failure.ts';

/** What a run of ping came to. */
export interface PingReport {
  readonly sent: number;
  readonly received: number;
  /** How many requests were answered with an error, such as that the host cannot be reached. */
  readonly errors: number;
  /** Round trips; `null` when there was none. */
  readonly rtt: RoundTrips | null;
  /** What ping had to complain of, for people; empty when nothing. */
  readonly complaint: string;
}

export interface RoundTrips {
  readonly min: Milliseconds;
  readonly mean: Milliseconds;
  readonly max: Milliseconds;
  /** The standard deviation, or the mean deviation; `null` where ping does not say. */
  readonly deviation: Milliseconds | null;
}

const COUNTS = /(\d+) packets transmitted, (\d+) (?:packets )?received/;
const ERRORS = /\+(\d+) errors/;
const ROUND_TRIPS = /min\/avg\/max(?:\/\S+)? = ([\d.]+)\/([\d.]+)\/([\d.]+)(?:\/([\d.]+|nan))? ms/;

/** Reads the summary of ping, be it that of iputils, BusyBox, GNU inetutils or BSD and macOS; `null` when there is none. */
export function readPingSummary(output: string, complaint: string): PingReport | null {
  const counts = COUNTS.exec(output);
  if (counts === null) return null;
  const sent = Number(counts[1]);
  const [, min, mean, max, deviation] = ROUND_TRIPS.exec(output) ?? [];
  return {
    sent,
    received: Math.min(sent, Number(counts[2])),
    errors: Number(ERRORS.exec(output)?.[1] ?? 0),
    rtt:
      mean === undefined
        ? null
        : {
            min: Number(min),
            mean: Number(mean),
            max: Number(max),
            deviation: deviation === undefined || deviation === 'nan' ? null : Number(deviation),
          },
    complaint: complaint.trim(),
  };
}

/** What is wrong when ping complains and nothing was answered; ping has no codes for it, only words. */
const COMPLAINTS: readonly (readonly [words: RegExp, meaning: Failure])[] = [
  [/message too long|packet size/i, failure('ping_no_answer', 'the packets are too long for the way')],
  [
    /network is unreachable|address family not supported|cannot assign requested address/i,
    failure('network_unreachable'),
  ],
  [/no route to host|host is (?:unreachable|down)/i, failure('host_unreachable')],
  [
    /send(?:msg|to): (?:operation not permitted|permission denied)/i,
    failure('blocked', 'by the firewall of this machine'),
  ],
  [
    /not permitted|permission denied|are you root|cap_net_raw/i,
    failureSaying(
      'tool_missing',
      'ping may not open its socket: give it CAP_NET_RAW, or put our group in net.ipv4.ping_group_range',
    ),
  ],
  [
    /usage:|(?:unrecognized|invalid|illegal|unknown) option/i,
    failureSaying('tool_missing', 'this ping does not know what is asked of it: install that of iputils'),
  ],
];

/** What a complaint of ping means, or `null` when nobody foresaw it. */
export function complaintFailure(complaint: string): Failure | null {
  return COMPLAINTS.find(([words]) => words.test(complaint))?.[1] ?? null;
}
