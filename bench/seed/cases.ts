import { writeFileSync } from 'node:fs';
import { quantile } from '../support/process.ts';
import { CONCURRENT_FOUR, run, SIX, TIMED, type Program, type Run } from './programs.ts';

/** One list of URLs that every program checks. */
export interface Case {
  readonly name: string;
  readonly scheme: 'http' | 'https';
  readonly answers: 'at-once' | 'after-20-ms';
  readonly urls: number;
}

/** Medians over the rounds. */
export interface Figures {
  readonly urls_per_s: number;
  readonly cpu_us_per_url: number;
  readonly peak_memory_mb: number;
}

export interface CaseResult {
  readonly name: string;
  readonly urls: number;
  readonly sequential_urls: number;
  readonly figures: Readonly<Partial<Record<Program, Figures>>>;
  /** Longwatch beside the best of the talk's concurrent four, each figure for itself, and beside the floors. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Lines in which the six do not say the same, a few of them. */
  readonly disagreements: readonly string[];
}

export const CONCURRENCY = 100;
/** The sequential program is not what is to be beaten, and it is slow: it runs once, on so many URLs at most. */
const SEQUENTIAL_URLS = 2000;

const SHAPES = [
  ['2000', 'at-once', 2000],
  ['2000-after-20-ms', 'after-20-ms', 2000],
  ['20000', 'at-once', 20_000],
] as const;

export const CASES: readonly Case[] = SHAPES.flatMap(([name, answers, urls]) =>
  (['http', 'https'] as const).map((scheme) => ({ name: `${scheme}-${name}`, scheme, answers, urls })),
);

/** Runs every program over the case's list, round after round, in an order that turns from round to round. */
export async function runCase(given: Case, base: string, rounds: number, folder: string): Promise<CaseResult> {
  const list = `${folder}/${given.name}.txt`;
  const urls = Array.from({ length: given.urls }, (_, n) => `${base}/${given.answers}/${kindOf(n)}${n}`);
  writeFileSync(list, `${urls.join('\n')}\n`);
  const runs = new Map<Program, Run[]>(TIMED.map((program) => [program, []]));
  for (let round = 0; round < rounds; round++) {
    for (const program of turned(TIMED, round)) {
      runs.get(program)?.push(await run(program, list, given.urls, CONCURRENCY));
    }
  }
  const few = Math.min(given.urls, SEQUENTIAL_URLS);
  writeFileSync(list, `${urls.slice(0, few).join('\n')}\n`);
  runs.set('sequential', [await run('sequential', list, few, 1)]);
  const figures = Object.fromEntries(
    [...runs].map(([program, of]) => [program, medians(of, program === 'sequential' ? few : given.urls)]),
  ) as Record<Program, Figures>;
  return {
    name: given.name,
    urls: given.urls,
    sequential_urls: few,
    figures,
    ratios: ratiosOf(figures),
    disagreements: compare(urls, runs),
  };
}

/** Most URLs are fine; a few are missing, broken, redirected to a fine one and redirected to a missing one. */
function kindOf(place: number): string {
  const kinds: Readonly<Record<number, string>> = { 17: 'missing/', 51: 'moved/', 133: 'broken/', 151: 'lost/' };
  return kinds[place % 200] ?? '';
}

/** Every program goes first once, and every second round runs backwards: what drifts on the machine spreads over all. */
function turned(programs: readonly Program[], round: number): readonly Program[] {
  const first = round % programs.length;
  const order = [...programs.slice(first), ...programs.slice(0, first)];
  return round % 2 === 0 ? order : order.toReversed();
}

function medians(runs: readonly Run[], count: number): Figures {
  const median = (of: (run: Run) => number): number => quantile(runs.map(of), 0.5);
  return {
    urls_per_s: Math.round(count / (median(({ wallMs }) => wallMs) / 1000)),
    cpu_us_per_url: Math.round((median(({ cpuMs }) => cpuMs) * 1000) / count),
    peak_memory_mb: Math.round(median(({ peakMb }) => peakMb)),
  };
}

function ratiosOf(figures: Record<Program, Figures>): Record<string, number> {
  const four = CONCURRENT_FOUR.map((program) => figures[program]);
  const { longwatch, undici, socket } = figures;
  return {
    speed_to_best: longwatch.urls_per_s / Math.max(...four.map(({ urls_per_s }) => urls_per_s)),
    cpu_to_best: longwatch.cpu_us_per_url / Math.min(...four.map(({ cpu_us_per_url }) => cpu_us_per_url)),
    cpu_to_undici: longwatch.cpu_us_per_url / undici.cpu_us_per_url,
    cpu_to_socket: longwatch.cpu_us_per_url / socket.cpu_us_per_url,
  };
}

function compare(urls: readonly string[], runs: ReadonlyMap<Program, readonly Run[]>): string[] {
  const lines: string[] = [];
  for (const url of urls) {
    const said = SIX.flatMap((program) =>
      (runs.get(program) ?? []).map(({ verdicts }) => [program, verdicts.get(url)] as const),
    ).filter(([, verdict]) => verdict !== undefined);
    if (new Set(said.map(([, verdict]) => verdict)).size === 1) continue;
    lines.push(`${url}: ${said.map(([program, verdict]) => `${program} ${verdict}`).join(', ')}`);
  }
  return lines;
}
