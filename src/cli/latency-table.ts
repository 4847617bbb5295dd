import type { LatencyAnswer } from '../query/latency.ts';
import { renderTable, type Cell } from './table.ts';
import { shortMs } from './words.ts';

/** A table with one line a monitor and window. */
export function latencyTable({ monitors }: LatencyAnswer): string {
  const right = (text: string): Cell => ({ text, align: 'right' });
  const rows: (Cell | string)[][] = [];
  for (const { id, windows } of monitors) {
    for (const [label, figures] of Object.entries(windows)) {
      const { p50_ms, p95_ms, p99_ms, min_ms, mean_ms, max_ms } = figures;
      const times = [p50_ms, p95_ms, p99_ms, min_ms, mean_ms, max_ms].map((time) => right(shortMs(time)));
      rows.push([id, label, right(String(figures.count)), ...times]);
    }
  }
  if (rows.length === 0) return 'no monitors\n';
  return renderTable(['MONITOR', 'WINDOW', 'CHECKS', 'P50', 'P95', 'P99', 'MIN', 'MEAN', 'MAX'], rows);
}
