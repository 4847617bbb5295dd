import type { Socket } from 'node:net';
import type { Network } from '../net/network.ts';
import { Deadline } from '../net/deadline.ts';
import { Dial } from '../net/dial.ts';
import type { Failure } from '../net/failure.ts';
import { PhaseTimer } from '../net/phase-timer.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { ServiceAddress } from './contract.ts';

const CONNECT_WITHIN: Milliseconds = 10_000;

/**
 * Connects through the address guard, to an address that was vetted. Rejects with an `Error` for people when that does not
 * come about. The socket is the caller's.
 */
export async function connectToService(
  network: Network,
  { host, port, tls }: ServiceAddress,
  signal: AbortSignal,
): Promise<Socket> {
  const deadline = new Deadline(network.clock, CONNECT_WITHIN);
  const end = (): void => deadline.expire();
  signal.addEventListener('abort', end, { once: true });
  try {
    const context = { network, deadline, phases: new PhaseTimer(network.clock) };
    const request = tls === null ? null : { host, settings: tls, alpn: [] };
    const target = { host, port, tls: request, ipVersion: 'any', resolver: null, from: null } as const;
    const result = await new Promise<Socket | Failure>((resolve) => {
      const dial = new Dial(target, context, resolve);
      deadline.whenOver(() => {
        const why = dial.timeoutFailure();
        dial.abandon();
        resolve(why);
      });
      if (signal.aborted) deadline.expire();
      else dial.start();
    });
    if (!('reason' in result)) return result;
    throw new Error(signal.aborted ? 'the attempt was ended' : result.message);
  } finally {
    deadline.clear();
    signal.removeEventListener('abort', end);
  }
}
