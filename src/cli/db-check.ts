import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import type { SoundnessAnswer } from '../query/soundness/soundness.ts';
import { databasePath, withDatabaseOptions, type DatabaseOptions } from './database-options.ts';

interface CheckOptions extends DatabaseOptions {
  readonly quick?: true;
  readonly json?: true;
}

const NOTES = `
Works while a server writes, and on a backup: --db FILE. Reads the whole file.
Exit status: 0 sound, 1 damaged, 4 not to be opened.

Examples:
  longwatch db check
  longwatch db check --quick
  longwatch db check --db data/backups/longwatch-20261123T120000Z.db --json`;

const ADVICE = `What to do:
  Stop the server and keep a copy of the file with its -wal and -shm.
  Put the newest backup in its place: longwatch db restore FILE
  Save what can be read: longwatch export --output saved.ndjson (around damage: --since, --until, --monitor)
  and bring it into the restored database: longwatch import saved.ndjson
`;

/** `longwatch db check`: whether the database is sound. */
export function addDbCheckCommand(group: Command): void {
  withDatabaseOptions(group.command('check'))
    .summary('see whether the database is sound')
    .description('See whether the database is sound: its pages, and whether what they say agrees.')
    .option('--quick', 'only the pages')
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const { askSoundness } = await import('../query/soundness/soundness.ts');
  const { progressLine } = await import('./progress-line.ts');
  const path = await databasePath(options);
  const line = progressLine(process.stderr, systemClock);
  const onProgress = (where: string, looked: number): void =>
    line.show(() => `checking ${where}${looked === 0 ? '' : `: ${looked.toLocaleString('en-US')} rows`}`);
  const answer = await askSoundness({ path, quick: options.quick === true, onProgress });
  line.clear();
  if (!answer.ok) process.exitCode = 1;
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(answer);
    return;
  }
  print(answer, options.quick === true);
}

function print({ path, ok, problems, more_problems, notes }: SoundnessAnswer, quick: boolean): void {
  for (const { where, what } of problems) process.stdout.write(`✖ ${where}: ${what}\n`);
  if (more_problems > 0) process.stdout.write(`✖ and ${more_problems} more\n`);
  for (const note of notes) process.stdout.write(`  ${note}\n`);
  const count = problems.length + more_problems;
  const verdict = ok
    ? `✔ sound${quick ? ' (pages only)' : ''}`
    : `✖ DAMAGED, ${count} problem${count === 1 ? '' : 's'}`;
  process.stdout.write(`${path}: ${verdict}\n`);
  if (!ok) process.stdout.write(`\n${ADVICE}`);
}
