import type { Milliseconds } from '../core/duration.ts';
import type { Endpoint } from '../core/monitor/network.ts';
import { Deadline } from './deadline.ts';
import { Dial } from './dial.ts';
import type { Network } from './network.ts';
import { PhaseTimer } from './phase-timer.ts';

/**
 * Whether a TCP connection is made to at least one of several endpoints within some time; it is closed at once, and the
 * other attempts are given up. Never rejects: an address that our own policy refuses is one that does not answer.
 */
export async function knockAtAny(
  endpoints: readonly Endpoint[],
  network: Network,
  within: Milliseconds,
): Promise<boolean> {
  const { clock } = network;
  const deadline = new Deadline(clock, within);
  const dials: Dial[] = [];
  const opened = await new Promise<boolean>((resolve) => {
    let waiting = endpoints.length;
    if (waiting === 0) resolve(false);
    deadline.whenOver(() => resolve(false));
    for (const { host, port } of endpoints) {
      const target = { host, port, tls: null, from: null, ipVersion: 'any', resolver: null } as const;
      const dial = new Dial(target, { network, deadline, phases: new PhaseTimer(clock) }, (result) => {
        waiting -= 1;
        if (!('reason' in result)) resolve(true);
        else if (waiting === 0) resolve(false);
      });
      dials.push(dial);
      dial.start();
    }
  });
  deadline.clear();
  for (const dial of dials) dial.abandon();
  return opened;
}
