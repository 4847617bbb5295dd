import type { Status } from '../core/status.ts';
import type { EvidencesAnswer } from '../query/evidence.ts';
import type { LatencyAnswer } from '../query/latency.ts';
import type { MonitorAnswer, MonitorsAnswer } from '../query/monitors.ts';
import type { ReportsAnswer } from '../query/reports.ts';
import type { ResultsAnswer } from '../query/results.ts';
import type { UptimeAnswer } from '../query/uptime.ts';

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
  /** One monitor, also one that is no longer configured. Throws `monitor_not_found`. */
  monitor(id: string): Promise<MonitorAnswer>;
  evidence(id: string): Promise<EvidencesAnswer>;
  reports(id: string): Promise<ReportsAnswer>;
  results(request: ResultsRequest): Promise<ResultsAnswer>;
  uptime(request: WindowRequest): Promise<UptimeAnswer>;
  latency(request: WindowRequest): Promise<LatencyAnswer>;
  close(): void;
}
