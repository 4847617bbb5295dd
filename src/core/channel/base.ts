import type { Proxy, TlsSettings } from '../monitor/network.ts';

/** What every channel has, whatever it sends through. */
export interface ChannelBase {
  /** What policies name: `[a-z0-9][a-z0-9_-]{0,63}`. */
  readonly id: string;
  readonly type: string;
  /** `false` keeps the channel in the file without sending through it. */
  readonly enabled: boolean;
}

/** A channel that sends over HTTP. */
export interface HttpChannelBase extends ChannelBase {
  readonly tls: TlsSettings;
  readonly proxy: Proxy | null;
}
