import type { CaseResult } from './cases.ts';

/** Something to reach, and how far this run came. */
export interface Goal {
  readonly goal: string;
  readonly got: number;
  readonly reached: boolean;
}

/** The most CPU a URL beside the best of the talk's concurrent four, by case. */
const MOST_CPU: Readonly<Record<string, number>> = {
  'http-2000': 1,
  'https-2000': 1,
  'http-20000': 0.7,
  'https-20000': 0.9,
};
/** The most CPU a URL beside a bare TLS socket. */
const MOST_CPU_TO_SOCKET: Readonly<Record<string, number>> = { 'https-20000': 1.15 };

export function goalsOf({ name, ratios }: CaseResult): Goal[] {
  const speed = ratios['speed_to_best'] ?? Number.NaN;
  const goals = [{ goal: `${name}: more URLs/s than the best of the four`, got: speed, reached: speed > 1 }];
  for (const [most, key, of] of [
    [MOST_CPU[name], 'cpu_to_best', 'the best of the four'],
    [MOST_CPU_TO_SOCKET[name], 'cpu_to_socket', 'a bare socket'],
  ] as const) {
    if (most === undefined) continue;
    const got = ratios[key] ?? Number.NaN;
    goals.push({ goal: `${name}: CPU a URL at most ${most} of ${of}`, got, reached: got <= most });
  }
  return goals;
}
