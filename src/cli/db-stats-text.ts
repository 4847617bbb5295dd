import type { DatabaseStats, PrunedStats, TierStats } from '../query/database-stats.ts';
import { inBytes } from './byte-words.ts';
import { renderTable } from './table.ts';

/** What is in a database, for a person. */
export function statsText(stats: DatabaseStats): string {
  return `${fileLines(stats)}\n${tierTable(stats)}\n${tableTable(stats)}\n${pastLines(stats)}`;
}

function fileLines(stats: DatabaseStats): string {
  const { monitors, locations } = stats;
  const free = inBytes(stats.free_pages * stats.page_size);
  return lines([
    ['file', `${stats.path}, schema ${stats.schema}`],
    ['size', `${inBytes(stats.bytes)}, ${free} of it free; WAL ${inBytes(stats.wal_bytes)}`],
    ['pages', `${number(stats.pages)} of ${stats.page_size} bytes, ${number(stats.free_pages)} free`],
    [
      'monitors',
      `${number(monitors.configured)} configured, ${number(monitors.removed)} removed; ${locations} locations`,
    ],
    [
      'a result',
      `${bytesEach(stats.block_bytes_per_result)} in blocks, ${bytesEach(stats.file_bytes_per_result)} of the file`,
    ],
  ]);
}

function tierTable({ journal, blocks, hours, days }: DatabaseStats): string {
  const results = `${blocks.estimated ? 'about ' : ''}${number(blocks.results)} results`;
  const row = (name: string, tier: TierStats, what: string) => [
    name,
    what,
    { text: inBytes(tier.bytes), align: 'right' as const },
    tier.oldest === null ? '-' : minute(tier.oldest),
    tier.newest === null ? '-' : minute(tier.newest),
  ];
  return renderTable(
    ['HISTORY', 'HOLDS', 'SIZE', 'FROM (UTC)', 'TO (UTC)'],
    [
      row('journal', journal, `${number(journal.rows)} results`),
      row('blocks', blocks, `${results} in ${number(blocks.rows)} blocks`),
      row('hours', hours, `${number(hours.rows)} days of hours`),
      row('days', days, `${number(days.rows)} days`),
    ],
  );
}

function tableTable({ tables }: DatabaseStats): string {
  return renderTable(
    ['TABLE', 'ROWS', 'SIZE'],
    tables.map(({ name, rows, bytes }) => [
      name,
      { text: number(rows), align: 'right' },
      { text: inBytes(bytes), align: 'right' },
    ]),
  );
}

function pastLines(stats: DatabaseStats): string {
  const { last_fold, last_backup, backup_failed } = stats;
  return lines([
    ['packed until', stats.folded_until === null ? 'nothing packed yet' : minute(stats.folded_until)],
    ['last packed', last_fold === null ? 'never' : `${minute(last_fold.at)}, ${number(last_fold.rows)} results`],
    ['too old', prunedWords(stats.pruned_for_age)],
    ['too large', prunedWords(stats.pruned_for_size)],
    [
      'last backup',
      last_backup === null ? 'never' : `${minute(last_backup.at)}, ${inBytes(last_backup.bytes)}, ${last_backup.path}`,
    ],
    ...(backup_failed === null
      ? []
      : [['backup failed', `${minute(backup_failed.at)}: ${backup_failed.error}`] satisfies [string, string]]),
  ]);
}

function prunedWords(pruned: PrunedStats | null): string {
  if (pruned === null) return 'nothing removed yet';
  const { at, blocks, hours, days, spans, results_before } = pruned;
  const until = results_before === null ? '' : `; results before ${minute(results_before)} are gone`;
  return `${minute(at)}: removed ${number(blocks)} blocks, ${number(hours)} hours, ${number(days)} days, ${number(spans)} spans${until}`;
}

function lines(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, text]) => `${name.padEnd(13)} ${text}\n`).join('');
}

function bytesEach(bytes: number | null): string {
  return bytes === null ? '-' : `${bytes.toFixed(1)} bytes`;
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
