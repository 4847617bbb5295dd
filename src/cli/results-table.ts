import type { ResultAnswer, ResultsAnswer } from '../query/results.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, shortMs, statusCell } from './words.ts';

interface Columns {
  readonly runs: boolean;
  readonly places: boolean;
  readonly verbose: boolean;
}

/** Prints results as a table, and how to go on when there are more. */
export function printResults(
  { results, next_cursor }: ResultsAnswer,
  { verbose = false }: { readonly verbose?: boolean } = {},
): void {
  if (results.length === 0) {
    process.stdout.write('no results\n');
    return;
  }
  const columns: Columns = {
    runs: results.some(({ count = 1 }) => count > 1),
    places: new Set(results.map(({ location }) => location)).size > 1,
    verbose,
  };
  const titles = [
    'DUE (UTC)',
    'STATUS',
    ...(columns.runs ? ['TIMES'] : []),
    'CODE',
    'TIME',
    'LATE',
    ...(columns.places ? ['FROM'] : []),
    ...(verbose ? ['IP', 'TRY', 'TRACE'] : []),
    'WHY',
  ];
  const rows = results.map((result) => row(result, columns));
  process.stdout.write(renderTable(titles, rows));
  const more = next_cursor === null ? '' : `; older ones: --cursor ${next_cursor}`;
  process.stdout.write(`${summary(results)}${more}\n`);
}

function summary(results: readonly ResultAnswer[]): string {
  const all = results.reduce((sum, { count = 1 }) => sum + count, 0);
  const lines = all === results.length ? '' : ` in ${counted(results.length, 'line')}; each by itself: --all`;
  return `${counted(all, 'result')}${lines}`;
}

function row(result: ResultAnswer, { runs, places, verbose }: Columns): (Cell | string)[] {
  const right = (text: string): Cell => ({ text, align: 'right' });
  return [
    clock(result.slot),
    statusCell(result.status),
    ...(runs ? [times(result)] : []),
    right(String(result.status_code ?? '-')),
    right(shortMs(result.duration_ms)),
    right(shortMs(result.late_ms)),
    ...(places ? [result.location] : []),
    ...(verbose
      ? [right(String(result.ip_version ?? '-')), right(String(result.attempt)), result.trace_id ?? '-']
      : []),
    [result.reason, result.message].filter((part) => part !== null).join(': '),
  ];
}

/** How often a failure repeated itself, and since when: `× 312 since 2026-11-23 06:48:03`. */
function times({ count = 1, first_slot, slot }: ResultAnswer): string {
  return count === 1 ? '' : `× ${count} since ${clock(first_slot ?? slot).slice(0, -4)}`;
}

function clock(time: string): string {
  return time.replace('T', ' ').replace('Z', '');
}
