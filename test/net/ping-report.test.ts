import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/core/reasons.ts';
import { complaintFailure, readPingSummary, type PingReport } from '../../src/net/ping-report.ts';

const SUMMARIES: readonly (readonly [program: string, output: string, Partial<PingReport>])[] = [
  [
    'iputils',
    `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 410ms
rtt min/avg/max/mdev = 0.042/0.101/0.221/0.084 ms
`,
    { sent: 3, received: 3, errors: 0, rtt: { min: 0.042, mean: 0.101, max: 0.221, deviation: 0.084 } },
  ],
  [
    'iputils, with losses',
    `PING 192.0.2.7 (192.0.2.7) 56(84) bytes of data.

--- 192.0.2.7 ping statistics ---
3 packets transmitted, 1 received, 66.6667% packet loss, time 2031ms
rtt min/avg/max/mdev = 12.345/12.345/12.345/0.000 ms
`,
    { sent: 3, received: 1, errors: 0, rtt: { min: 12.345, mean: 12.345, max: 12.345, deviation: 0 } },
  ],
  [
    'iputils, with errors of a router',
    `PING 2001:db8::1(2001:db8::1) 56 data bytes

--- 2001:db8::1 ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 208ms

`,
    { sent: 2, received: 0, errors: 2, rtt: null },
  ],
  [
    'iputils, with answers that came twice and a pipe',
    `--- 127.0.0.255 ping statistics ---
2 packets transmitted, 2 received, +1 duplicates, 0% packet loss, time 201ms
rtt min/avg/max/mdev = 0.033/0.206/0.380/0.173 ms, pipe 2
`,
    { sent: 2, received: 2, errors: 0, rtt: { min: 0.033, mean: 0.206, max: 0.38, deviation: 0.173 } },
  ],
  [
    'BusyBox',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
round-trip min/avg/max = 0.055/0.063/0.071 ms
`,
    { sent: 2, received: 2, errors: 0, rtt: { min: 0.055, mean: 0.063, max: 0.071, deviation: null } },
  ],
  [
    'BusyBox, without answers',
    `PING 192.0.2.7 (192.0.2.7): 56 data bytes

--- 192.0.2.7 ping statistics ---
2 packets transmitted, 0 packets received, 100% packet loss
`,
    { sent: 2, received: 0, errors: 0, rtt: null },
  ],
  [
    'macOS',
    `PING 127.0.0.1 (127.0.0.1): 56 data bytes

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 3 packets received, 0.0% packet loss
round-trip min/avg/max/stddev = 0.049/0.072/0.097/0.020 ms
`,
    { sent: 3, received: 3, errors: 0, rtt: { min: 0.049, mean: 0.072, max: 0.097, deviation: 0.02 } },
  ],
  [
    'macOS, one packet',
    `--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 packets received, 0.0% packet loss
round-trip min/avg/max/stddev = 0.049/0.049/0.049/nan ms
`,
    { sent: 1, received: 1, errors: 0, rtt: { min: 0.049, mean: 0.049, max: 0.049, deviation: null } },
  ],
  [
    'ping6 of macOS',
    `PING6(56=40+8+8 bytes) ::1 --> ::1

--- ::1 ping6 statistics ---
2 packets transmitted, 2 packets received, 0.0% packet loss
round-trip min/avg/max/std-dev = 0.051/0.083/0.115/0.032 ms
`,
    { sent: 2, received: 2, errors: 0, rtt: { min: 0.051, mean: 0.083, max: 0.115, deviation: 0.032 } },
  ],
];

const COMPLAINTS: readonly (readonly [complaint: string, Reason | null])[] = [
  ['ping: connect: Network is unreachable', 'network_unreachable'],
  ['ping: socket: Address family not supported by protocol', 'network_unreachable'],
  ['ping: sendto: Network is unreachable', 'network_unreachable'],
  ['ping: sendmsg: No route to host', 'host_unreachable'],
  ['ping: sendto: Host is down', 'host_unreachable'],
  ['ping: sendmsg: Operation not permitted', 'blocked'],
  ['ping: local error: message too long, mtu=1500', 'ping_no_answer'],
  [
    'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?',
    'tool_missing',
  ],
  ['ping: permission denied (are you root?)', 'tool_missing'],
  ["ping: invalid option -- 'M'\nBusyBox v1.35.0 multi-call binary.\n\nUsage: ping [OPTIONS] HOST", 'tool_missing'],
  ['ping: something that nobody has ever seen', null],
];

describe('reading what ping says', () => {
  it.each(SUMMARIES)('of %s', (_program, output, report) => {
    expect(readPingSummary(output, '')).toEqual({ ...report, complaint: '' });
  });

  it('finds nothing where there is no summary', () => {
    expect(readPingSummary('PING 192.0.2.7 (192.0.2.7): 56 data bytes\n', '')).toBe(null);
  });

  it.each(COMPLAINTS)('%j is %s', (complaint, reason) => {
    expect(complaintFailure(complaint)?.reason ?? null).toBe(reason);
  });
});
