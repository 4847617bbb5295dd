import type { HistoryOptions } from './history-options.ts';
import type { HistorySource } from './history-source.ts';

/** Asks the source the options name, and lets go of it afterwards. Throws `db_…`, `server_…` and `config_…`. */
export async function askHistory<Answer>(
  options: HistoryOptions,
  ask: (source: HistorySource) => Promise<Answer>,
): Promise<Answer> {
  const source = await openSource(options);
  try {
    return await ask(source);
  } finally {
    source.close();
  }
}

async function openSource({ server, db, config }: HistoryOptions): Promise<HistorySource> {
  if (server !== undefined) {
    const { serverHistory } = await import('./server-history.ts');
    return serverHistory(server);
  }
  const { fileHistory } = await import('./file-history.ts');
  return fileHistory(db ?? (await configuredPath(config)));
}

async function configuredPath(config: string | undefined): Promise<string> {
  const { loadSettings } = await import('../config/load-settings.ts');
  return loadSettings({ file: config }).storage.path;
}
