import { systemClock } from '../../src/core/clock.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Finding } from '../../src/core/expect/finding.ts';
import { parseMonitor } from '../../src/core/monitor/parse.ts';
import { isProbed } from '../../src/core/monitor/monitor.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { openProbes } from '../../src/worker/probe/index.ts';
import type { CheckOptions } from '../../src/worker/probe/probe.ts';
import { TEST_NETWORK } from './probing.ts';

const probe = openProbes({ clock: systemClock, network: TEST_NETWORK });

export interface HttpOutcome extends Outcome {
  readonly evidence: Evidence;
}

/** Checks what a person wrote like this, with evidence. All calls share one memory of tokens. */
export async function check(
  written: Readonly<Record<string, unknown>>,
  options: Partial<CheckOptions> = {},
): Promise<HttpOutcome> {
  const read = parseMonitor({ timeout: '2s', ...written });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  if (!isProbed(read.value)) throw new Error('not probed');
  const outcome = await probe(read.value, { evidence: true, ...options });
  if (outcome.evidence === null) throw new Error('no evidence');
  return { ...outcome, evidence: outcome.evidence };
}

/** What of the findings is not met, as `what: got …, expected …`. */
export function unmet({ evidence }: HttpOutcome): readonly string[] {
  return evidence.findings.filter(({ ok }) => !ok).map(inWords);
}

/** What the findings are about. */
export function judged({ evidence }: HttpOutcome): readonly string[] {
  return evidence.findings.map(({ what }) => what);
}

function inWords({ what, got, expected }: Finding): string {
  return `${what}: got ${got}, expected ${expected}`;
}
