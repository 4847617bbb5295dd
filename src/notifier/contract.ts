import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Channel } from '../core/channel/channel.ts';
import type { Clock } from '../core/clock.ts';
import type { Proxy, TlsSettings } from '../core/monitor/network.ts';
import type { DeliveryAnswer, Message, Sending } from '../core/notify/message.ts';

/** One HTTP request to a service. Redirects are not followed. */
export interface ServiceRequest {
  readonly url: URL;
  readonly method: 'POST' | 'PUT';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tls: TlsSettings;
  readonly proxy: Proxy | null;
}

/** What a service answered. */
export interface ServiceAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first 4 KB, decoded; empty when it is encoded in a way nobody asked for. */
  readonly body: string;
}

/** A server that is talked to over a connection of its own. */
export interface ServiceAddress {
  readonly host: string;
  readonly port: number;
  /** For TLS from the first byte; `null` for a plain connection. */
  readonly tls: TlsSettings | null;
}

/** The ways out of this process, each through the address guard. They fail with an `Error` for people, without secrets. */
export interface Outbound {
  readonly clock: Clock;
  /** Sends one request; within 10 s. */
  post(request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer>;
  /** Connects, with the handshake that is asked for; within 10 s. */
  connect(address: ServiceAddress, signal: AbortSignal): Promise<Socket>;
  /** What a handshake on a connection that began in the clear is made with. */
  secureContext(settings: TlsSettings): SecureContext;
}

/** What sending needs of the outside. */
export interface SendDeps extends Outbound {
  /** Aborted when the attempt takes too long or the process ends. */
  readonly signal: AbortSignal;
}

/** One kind of channel: how a message is put into the form of a service, and what its answer means. */
export interface ChannelKind<C extends Channel> {
  readonly type: C['type'];
  send(message: Message, sending: Sending, channel: C, deps: SendDeps): Promise<DeliveryAnswer>;
}
