import type { Channel, ChannelType } from '../core/channel/channel.ts';
import { secretsOfChannel } from '../core/channel/channel.ts';
import type { DeliveryAnswer, Message, Sending } from '../core/notify/message.ts';
import { Redactor } from '../core/redactor.ts';
import { ALERTMANAGER } from './channels/alertmanager.ts';
import { APPRISE } from './channels/apprise.ts';
import { DISCORD } from './channels/discord.ts';
import { EMAIL } from './channels/email.ts';
import { EXEC } from './channels/exec.ts';
import { GOOGLE_CHAT } from './channels/google-chat.ts';
import { GOTIFY } from './channels/gotify.ts';
import { MATRIX } from './channels/matrix.ts';
import { MATTERMOST } from './channels/mattermost.ts';
import { NTFY } from './channels/ntfy.ts';
import { OPSGENIE } from './channels/opsgenie.ts';
import { PAGERDUTY } from './channels/pagerduty.ts';
import { PUSHOVER } from './channels/pushover.ts';
import { SLACK } from './channels/slack.ts';
import { TEAMS } from './channels/teams.ts';
import { TELEGRAM } from './channels/telegram.ts';
import { TWILIO_SMS } from './channels/twilio-sms.ts';
import { WEBHOOK } from './channels/webhook.ts';
import type { ChannelKind, SendDeps } from './contract.ts';
import { plainLine } from './escape.ts';

/** Every type of channel. A type of {@link Channel} that is not here does not compile. */
const CHANNELS: { readonly [T in ChannelType]: ChannelKind<Extract<Channel, { type: T }>> } = {
  email: EMAIL,
  webhook: WEBHOOK,
  slack: SLACK,
  discord: DISCORD,
  teams: TEAMS,
  mattermost: MATTERMOST,
  google_chat: GOOGLE_CHAT,
  telegram: TELEGRAM,
  ntfy: NTFY,
  gotify: GOTIFY,
  pushover: PUSHOVER,
  pagerduty: PAGERDUTY,
  opsgenie: OPSGENIE,
  matrix: MATRIX,
  alertmanager: ALERTMANAGER,
  twilio_sms: TWILIO_SMS,
  apprise: APPRISE,
  exec: EXEC,
};

/**
 * Puts a message into the form of a channel's service, makes one attempt to send it, and says what became of it. What the
 * service says comes back without the secrets of the channel and without the link that lets its owner acknowledge.
 */
export async function sendMessage(
  channel: Channel,
  message: Message,
  sending: Sending,
  deps: SendDeps,
): Promise<DeliveryAnswer> {
  const kind = CHANNELS[channel.type] as unknown as ChannelKind<Channel>;
  const answer = await kind.send(message, sending, channel, deps);
  const { redact } = new Redactor([...secretsOfChannel(channel), ...secretsOfLink(sending.links.acknowledge)]);
  return { ...answer, detail: plainLine(redact(answer.detail)) };
}

function secretsOfLink(link: string | null): string[] {
  return link === null ? [] : [link, ...new URL(link).searchParams.values()];
}
