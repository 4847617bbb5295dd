import type { Channel } from '../core/channel/channel.ts';
import type { GroupSettings } from '../core/history/objective.ts';
import type { StorageSettings } from '../core/history/retention.ts';
import type { Monitor } from '../core/monitor/monitor.ts';
import type { NotifySettings } from '../core/notify/settings.ts';
import type { NetworkSection } from './network-section.ts';
import type { HeartbeatSettings } from './server-section.ts';

/** Everything that longwatch.yaml and the environment say, checked, with defaults filled in and paths made absolute. */
export interface Settings {
  /** The file these settings came from; `null` when there was none (a worker may run on its environment alone). */
  readonly file: string | null;
  readonly server: {
    readonly listen: { readonly host: string; readonly port: number };
    /** Where people reach the server, without a slash at its end; `null` when nobody said. */
    readonly publicUrl: string | null;
    /** Who sends it may act through the API; `null` lets only programs of this machine act. */
    readonly apiToken: string | null;
    /** `null` tells nobody that Longwatch is well. */
    readonly heartbeat: HeartbeatSettings | null;
  };
  readonly storage: StorageSettings;
  /** `null` runs the queues in this process (the embedded backend). */
  readonly redis: { readonly url: string } | null;
  readonly worker: {
    /** Checks at once in one worker process, 1 to 10,000. */
    readonly concurrency: number;
    /** Checks at once of one host; `null` sets no limit of its own. */
    readonly per_host: number | null;
    /** The name under which this worker's results are kept. */
    readonly location: string;
  };
  readonly network: NetworkSection;
  readonly monitors: readonly Monitor[];
  /** What is said of groups of monitors as a whole; each has a monitor. */
  readonly groups: readonly GroupSettings[];
  /** Where notifications can go, also those that are not enabled; with their secrets. */
  readonly channels: readonly Channel[];
  /** Who is told of what and when, without secrets. */
  readonly notify: NotifySettings;
  /** Values that came from `${…}`, and secrets of channels and of the server: never logged, shown or exported. */
  readonly secrets: readonly string[];
  /** Remarks that are not errors (a secret in a URL's query, a body on a GET), ready to be printed. */
  readonly warnings: readonly string[];
}
