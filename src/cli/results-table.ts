import type { ResultAnswer, ResultsAnswer } from '../query/results.ts';
import { renderTable, type Cell } from './table.ts';
import { counted, shortMs, statusCell } from './words.ts';

/** Prints results as a table, and how to go on when there are more. */
export function printResults(
  { results, next_cursor }: ResultsAnswer,
  { verbose = false }: { readonly verbose?: boolean } = {},
): void {
  if (results.length === 0) {
    process.stdout.write('no results\n');
    return;
  }
  const manyPlaces = new Set(results.map(({ location }) => location)).size > 1;
  const titles = [
    'DUE (UTC)',
    'STATUS',
    'CODE',
    'TIME',
    'LATE',
    ...(manyPlaces ? ['FROM'] : []),
    ...(verbose ? ['TRACE'] : []),
    'WHY',
  ];
  const rows = results.map((result) => row(result, { manyPlaces, verbose }));
  process.stdout.write(renderTable(titles, rows));
  const more = next_cursor === null ? '' : `; older ones: --cursor ${next_cursor}`;
  process.stdout.write(`${counted(results.length, 'result')}${more}\n`);
}

function row(
  result: ResultAnswer,
  { manyPlaces, verbose }: Record<'manyPlaces' | 'verbose', boolean>,
): (Cell | string)[] {
  const right = (text: string): Cell => ({ text, align: 'right' });
  return [
    result.slot.replace('T', ' ').replace('Z', ''),
    statusCell(result.status),
    right(String(result.status_code ?? '-')),
    right(shortMs(result.duration_ms)),
    right(shortMs(result.late_ms)),
    ...(manyPlaces ? [result.location] : []),
    ...(verbose ? [result.trace_id ?? '-'] : []),
    [result.reason, result.message].filter((part) => part !== null).join(': '),
  ];
}
