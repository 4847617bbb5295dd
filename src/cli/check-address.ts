import type { Milliseconds } from '../core/duration.ts';
import { isProbed, type ProbedMonitor } from '../core/monitor/monitor.ts';
import { parseMonitor } from '../core/monitor/parse.ts';
import { outcomeNotRun, type Outcome } from '../core/outcome.ts';

/** An address such as `tcp://host:port` as the monitor it would be; the outcome that says why it is none. */
export function monitorOfAddress(url: string, timeout: Milliseconds): ProbedMonitor | Outcome {
  const read = parseMonitor({ url });
  if (!('value' in read)) {
    const [problem] = read.problems;
    return { ...outcomeNotRun('invalid_url'), message: problem?.message ?? null };
  }
  const monitor = { ...read.value, interval: timeout, timeout };
  return isProbed(monitor) ? monitor : outcomeNotRun('invalid_url');
}
