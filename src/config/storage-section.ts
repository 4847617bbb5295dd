import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { StorageSettings } from '../core/history/retention.ts';
import { bytesField, durationField, judged } from '../core/monitor/fields.ts';
import { retentionField } from '../core/monitor/history-fields.ts';

const HOUR = 3_600_000;
const MOST_BACKUPS = 1000;

/** What is wrong with the path of a database file, or `undefined`. */
export function pathFault(path: string): string | undefined {
  if (path === ':memory:' || path.startsWith('file:')) return 'must be a path: history is kept in a file';
  return folderFault(path);
}

function folderFault(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path.includes('\0')) return 'must not contain the character zero';
  if (path.startsWith('~')) return 'must not begin with ~, which only a shell replaces; write ${HOME} in the file';
  return undefined;
}

function trimmed(fault: (text: string) => string | undefined) {
  return z.string().check(
    judged((text: string) => fault(text.trim())),
    z.overwrite((text) => text.trim()),
  );
}

const backup = z.strictObject({
  every: durationField(HOUR, 31 * 24 * HOUR)
    .prefault('1d')
    .meta({ description: 'How often a backup is made, from 1h to 31d.' }),
  keep: z
    .int()
    .min(1)
    .max(MOST_BACKUPS)
    .default(7)
    .meta({ description: 'So many backups are kept, the newest, 1 to 1000.' }),
  folder: trimmed(folderFault).nullable().default(null).meta({
    description:
      'Where they are put; a relative path begins at the folder of this file. "backups" beside the database.',
  }),
});

/** The section `storage` of the file. */
export const storageSection = z
  .strictObject({
    path: trimmed(pathFault).prefault('./data/longwatch.db').meta({
      description: 'The database file; a relative path begins at the folder of this file.',
    }),
    retention: retentionField.prefault({}).meta({
      description: 'How long history is kept: results 30d, hour 400d and day forever when left out.',
    }),
    max_size: bytesField(10_000_000, 100_000_000_000_000, ['500MB', '10GB']).nullable().default(null).meta({
      description:
        'How large the database may become, at least 10MB: the oldest results go first. No limit but retention when left out.',
    }),
    backup: backup
      .nullable()
      .default(null)
      .meta({ description: 'Backups that the server makes by itself; none when left out.' }),
  })
  .prefault({})
  .meta({ description: 'Where history is kept, how much of it, and its backups.' });

/** The settings that a section means: `folder` is where its relative paths begin, `db` the file that goes before its own. */
export function storageSettings(
  { path, retention, max_size, backup }: z.output<typeof storageSection>,
  { folder, db }: { readonly folder: string; readonly db: string | null },
): StorageSettings {
  const file = db ?? resolve(folder, path);
  const backups =
    backup === null || backup.folder === null ? join(dirname(file), 'backups') : resolve(folder, backup.folder);
  return { path: file, retention, maxSize: max_size, backup: backup === null ? null : { ...backup, folder: backups } };
}
