import { parseChannel, type Channel, type ChannelType } from '../../../src/core/channel/channel.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { DeliveryAnswer, Message, Sending } from '../../../src/core/notify/message.ts';
import { createNetwork, type Network } from '../../../src/net/network.ts';
import { createOutbound } from '../../../src/notifier/outbound.ts';
import { sendMessage } from '../../../src/notifier/registry.ts';
import { TEST_AUTHORITY } from '../../targets/certificates.ts';
import { ON_TIME } from '../any-message.ts';

type Written = Readonly<Record<string, unknown>>;

const SECRET_PATH = 'T0123456789/B0123456789/s3cretS3cretS3cret';

/** A channel of each type that sends over HTTP, as a person writes it, for a service at `url`. */
export const WRITTEN: { readonly [T in Exclude<ChannelType, 'email' | 'exec'>]: (url: string) => Written } = {
  webhook: (url) => ({
    url: `${url}/hook/${SECRET_PATH}`,
    secret: 'whsec_c3VwZXJzZWNyZXRrZXk=',
    headers: { authorization: 'Bearer h3aderS3cret' },
  }),
  slack: (url) => ({ url: `${url}/services/${SECRET_PATH}` }),
  discord: (url) => ({ url: `${url}/api/webhooks/1/${SECRET_PATH}` }),
  teams: (url) => ({ url: `${url}/workflows/1?sig=${encodeURIComponent(SECRET_PATH)}` }),
  mattermost: (url) => ({ url: `${url}/hooks/${SECRET_PATH}` }),
  google_chat: (url) => ({
    url: `${url}/v1/spaces/AAAA/messages?key=aKeyThatIsSecret&token=${encodeURIComponent(SECRET_PATH)}`,
  }),
  telegram: (url) => ({ token: '123456:ABCdefGHIjklMNOpqrsTUVwxyz', chat_id: -1001234567890, api_url: url }),
  ntfy: (url) => ({ url, topic: 's3cret-topic', token: 'tk_s3cretToken' }),
  gotify: (url) => ({ url, token: 'As3cretToken.1' }),
  pushover: (url) => ({ api_url: url, token: 'as3cretApplication', user: 'us3cretUser' }),
  pagerduty: (url) => ({ api_url: url, routing_key: 'r0utings3cret' }),
  opsgenie: (url) => ({ api_url: url, api_key: 'g3nies3cret' }),
  matrix: (url) => ({ url, token: 'syt_s3cret', room: '!abc:example.com' }),
  alertmanager: (url) => ({ url, username: 'watch', password: 's3cretPassword' }),
  twilio_sms: (url) => ({
    api_url: url,
    account_sid: `AC${'0'.repeat(32)}`,
    auth_token: 's3cretAuthToken',
    from: '+15005550006',
    to: '+15005550009',
  }),
  apprise: (url) => ({ url, urls: ['tgram://s3cretBotToken/12345678'] }),
};

export const HTTP_TYPES = Object.keys(WRITTEN) as (keyof typeof WRITTEN)[];

/** A channel as a person wrote it. */
export function channelOf(type: ChannelType, written: Written): Channel {
  const checked = parseChannel({ id: 'ops', type, ...written });
  if ('problems' in checked) throw new Error(checked.problems.map(({ message }) => message).join('; '));
  return checked.value;
}

export const TEST_NETWORK = createNetwork({ clock: systemClock, authorities: [TEST_AUTHORITY] });

export interface SendOptions {
  readonly sending?: Sending;
  readonly signal?: AbortSignal;
  readonly network?: Network;
}

/** Makes one attempt over the real network of this machine. */
export function send(
  channel: Channel,
  message: Message,
  { sending = ON_TIME, signal = new AbortController().signal, network = TEST_NETWORK }: SendOptions = {},
): Promise<DeliveryAnswer> {
  return sendMessage(channel, message, sending, { ...createOutbound(network), signal });
}
