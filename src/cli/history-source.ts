import type { Status } from '../core/status.ts';
import type { LatencyAnswer } from '../query/latency.ts';
import type { MonitorsAnswer } from '../query/monitors.ts';
import type { ResultsAnswer } from '../query/results.ts';
import type { UptimeAnswer } from '../query/uptime.ts';
import type { HistoryOptions } from './history-options.ts';

/** Which results to list; times as the user wrote them. */
export interface ResultsRequest {
  readonly id: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly status: readonly Status[] | undefined;
}

/** Over which windows, of one monitor or of all. */
export interface WindowRequest {
  readonly id: string | undefined;
  readonly window: string;
}

/** Where answers come from: a database file or a server. Both give the same. */
export interface HistorySource {
  monitors(): Promise<MonitorsAnswer>;
  results(request: ResultsRequest): Promise<ResultsAnswer>;
  uptime(request: WindowRequest): Promise<UptimeAnswer>;
  latency(request: WindowRequest): Promise<LatencyAnswer>;
  close(): void;
}

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
