import type { Clock } from '../core/clock.ts';
import type { Channel } from '../core/channel/channel.ts';
import type { DeliveryAnswer, Message, Sending } from '../core/notify/message.ts';

/** One HTTP request to a service. Redirects are not followed. */
export interface ServiceRequest {
  readonly url: URL;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a service answered. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first 4 KB, decoded. */
  readonly body: string;
}

/** What sending needs of the outside. */
export interface SendDeps {
  readonly clock: Clock;
  /** Sends through the address guard, within 10 s. Fails with an `Error` whose message is for people and without secrets. */
  post(request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer>;
  /** Aborted when the attempt takes too long or the process ends. */
  readonly signal: AbortSignal;
}

/** One kind of channel: how a message is put into the form of a service, and what its answer means. */
export interface ChannelKind<C extends Channel> {
  readonly type: C['type'];
  send(message: Message, sending: Sending, channel: C, deps: SendDeps): Promise<DeliveryAnswer>;
}
