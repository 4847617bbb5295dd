import { type ChildProcess, spawn } from 'node:child_process';
import type { Milliseconds } from '../core/duration.ts';
import { errorCode } from '../core/errors.ts';
import { type Failure, failure, failureSaying, timeoutFailure } from './failure.ts';
import { type PingReport, complaintFailure, readPingSummary } from './ping-report.ts';
import type { NetContext } from './reach.ts';
import type { ResolvedAddress } from './resolver.ts';

/** What is asked of ping. */
export interface PingRequest {
  /** Where it goes: an address that was vetted. */
  readonly to: ResolvedAddress;
  /** How many requests, 200 ms apart; fewer are sent when the time is over before. */
  readonly count: number;
  /** Bytes of data in each request. */
  readonly size: number;
  readonly dontFragment: boolean;
  /** The program, by name or path. */
  readonly program: string;
}

/** Where the program is looked for, whatever the environment says: the usual places, and that of NixOS. */
const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/run/wrappers/bin';
/** How long ping may take to sum up when it is told to end. */
const SUM_UP: Milliseconds = 50;
const MOST_OUTPUT = 16_384;

/**
 * Sends echo requests with the ping of the system, which may where we may not: opening such sockets takes a right. At the
 * deadline it is told to sum up, and killed when it does not. The phase `wait` runs meanwhile. Never rejects.
 */
export function ping(request: PingRequest, context: NetContext): Promise<PingReport | Failure> {
  const { deadline, phases } = context;
  phases.enter('wait');
  return new Promise((resolve) => {
    let output = '';
    let complaint = '';
    let killer: NodeJS.Timeout | undefined;
    const child = start(request, deadline.remaining());
    const settle = (result: PingReport | Failure): void => {
      clearTimeout(killer);
      resolve(result);
    };
    child.stdout?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-MOST_OUTPUT)));
    child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, MOST_OUTPUT)));
    child.on('error', (error) => settle(startFailure(error)));
    child.on('close', (status) => settle(conclude(output, complaint, { status, context })));
    deadline.whenOver(() => {
      child.kill('SIGINT');
      killer = setTimeout(() => {
        child.kill('SIGKILL');
        settle(timeoutFailure('wait', deadline.timeout));
      }, SUM_UP);
    });
  });
}

function start(request: PingRequest, remaining: Milliseconds): ChildProcess {
  const isBsd = process.platform === 'darwin' || process.platform === 'freebsd';
  const [program, args] = isBsd
    ? bsdCommand(request, remaining)
    : [request.program, linuxArguments(request, remaining)];
  return spawn(program, args, { env: { PATH, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** How iputils wants it; BusyBox and inetutils know all of it but `-M`. `-W`: how long the last answer is waited for, s. */
function linuxArguments({ to, count, size, dontFragment }: PingRequest, remaining: Milliseconds): readonly string[] {
  const patience = Math.max(1, Math.ceil(remaining / 1000));
  const limits = ['-c', `${count}`, '-i', '0.2', '-W', `${patience}`, '-s', `${size}`];
  return ['-n', '-q', ...limits, ...(dontFragment ? ['-M', 'do'] : []), `-${to.family}`, '--', to.address];
}

/** How BSD and macOS want it, who have a program of its own for IPv6; `-W` is in ms there. */
function bsdCommand(
  request: PingRequest,
  remaining: Milliseconds,
): readonly [program: string, args: readonly string[]] {
  const { to, count, size, dontFragment, program } = request;
  const limits = ['-n', '-q', '-c', `${count}`, '-i', '0.2', '-s', `${size}`];
  if (to.family === 6) return [`${program}6`, [...limits, ...(dontFragment ? ['-D'] : []), '--', to.address]];
  const patience = `${Math.max(1, Math.ceil(remaining))}`;
  return [program, [...limits, '-W', patience, ...(dontFragment ? ['-D'] : []), '--', to.address]];
}

function startFailure(error: Error): Failure {
  const code = errorCode(error);
  if (code === 'ENOENT') {
    return failureSaying('tool_missing', 'there is no program "ping" here: install iputils-ping (Debian) or iputils');
  }
  // Also when the file asks for a capability that this process must not have: a container without NET_RAW.
  if (code === 'EACCES' || code === 'EPERM') {
    return failureSaying('tool_missing', `the program "ping" may not be run here (${code})`);
  }
  return failure('local_resources', code);
}

/** What a run that has ended came to. */
function conclude(
  output: string,
  complaint: string,
  { status, context }: { readonly status: number | null; readonly context: NetContext },
): PingReport | Failure {
  const report = readPingSummary(output, complaint);
  if (report !== null && report.received > 0) return report;
  const meant = complaintFailure(complaint);
  if (meant !== null) return meant;
  if (report !== null && report.sent > 0) return report;
  // Ended before it could send anything: the time was over.
  if (report !== null || status === null) return timeoutFailure('wait', context.deadline.timeout);
  return failure('internal_error', `ping ended with status ${status}: ${complaint}`);
}
