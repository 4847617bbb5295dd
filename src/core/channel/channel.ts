import { z } from 'zod';
import { closest } from '../closest.ts';
import { type Checked, type Path, checkInput } from '../schema-problems.ts';
import { ALERTMANAGER, type AlertmanagerChannel } from './alertmanager.ts';
import { APPRISE, type AppriseChannel } from './apprise.ts';
import { DISCORD, type DiscordChannel } from './discord.ts';
import { EMAIL, type EmailChannel } from './email.ts';
import { EXEC, type ExecChannel } from './exec.ts';
import type { ChannelForm } from './form.ts';
import { GOOGLE_CHAT, type GoogleChatChannel } from './google-chat.ts';
import { GOTIFY, type GotifyChannel } from './gotify.ts';
import { MATRIX, type MatrixChannel } from './matrix.ts';
import { MATTERMOST, type MattermostChannel } from './mattermost.ts';
import { NTFY, type NtfyChannel } from './ntfy.ts';
import { OPSGENIE, type OpsgenieChannel } from './opsgenie.ts';
import { PAGERDUTY, type PagerdutyChannel } from './pagerduty.ts';
import { PUSHOVER, type PushoverChannel } from './pushover.ts';
import { SLACK, type SlackChannel } from './slack.ts';
import { TEAMS, type TeamsChannel } from './teams.ts';
import { TELEGRAM, type TelegramChannel } from './telegram.ts';
import { TWILIO_SMS, type TwilioSmsChannel } from './twilio-sms.ts';
import { WEBHOOK, type WebhookChannel } from './webhook.ts';

/**
 * Somewhere notifications go, with every default filled in. The keys are those of longwatch.yaml; durations are
 * milliseconds. Each type has a file of its own with its interface and its zod schema.
 */
export type Channel =
  | EmailChannel
  | WebhookChannel
  | SlackChannel
  | DiscordChannel
  | TeamsChannel
  | MattermostChannel
  | GoogleChatChannel
  | TelegramChannel
  | NtfyChannel
  | GotifyChannel
  | PushoverChannel
  | PagerdutyChannel
  | OpsgenieChannel
  | MatrixChannel
  | AlertmanagerChannel
  | TwilioSmsChannel
  | AppriseChannel
  | ExecChannel;

export type ChannelType = Channel['type'];

/** Every type of channel. A type of {@link Channel} that is not here does not compile. */
const CHANNEL_FORMS: { readonly [T in ChannelType]: ChannelForm<Extract<Channel, { type: T }>> } = {
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

export const CHANNEL_TYPES = Object.keys(CHANNEL_FORMS) as readonly ChannelType[];

/** A channel as a person writes it in, with every default filled in out. */
export const channelSchema: z.ZodType<Channel> = z.union([
  CHANNEL_FORMS.email.schema,
  CHANNEL_FORMS.webhook.schema,
  CHANNEL_FORMS.slack.schema,
  CHANNEL_FORMS.discord.schema,
  CHANNEL_FORMS.teams.schema,
  CHANNEL_FORMS.mattermost.schema,
  CHANNEL_FORMS.google_chat.schema,
  CHANNEL_FORMS.telegram.schema,
  CHANNEL_FORMS.ntfy.schema,
  CHANNEL_FORMS.gotify.schema,
  CHANNEL_FORMS.pushover.schema,
  CHANNEL_FORMS.pagerduty.schema,
  CHANNEL_FORMS.opsgenie.schema,
  CHANNEL_FORMS.matrix.schema,
  CHANNEL_FORMS.alertmanager.schema,
  CHANNEL_FORMS.twilio_sms.schema,
  CHANNEL_FORMS.apprise.schema,
  CHANNEL_FORMS.exec.schema,
]);

/**
 * Reads one channel: the channel, or every problem at once, with paths that begin with `base`. With a type that does not
 * exist only that is a problem, as nobody can say which other keys would be right.
 */
export function parseChannel(input: unknown, base: Path = []): Checked<Channel> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return checkInput(formOf('webhook').schema, input, base);
  }
  const type: unknown = 'type' in input ? input.type : undefined;
  if (isChannelType(type)) return checkInput(formOf(type).schema, input, base);
  const suggestion = typeof type === 'string' ? (closest(type, CHANNEL_TYPES) ?? null) : null;
  const at = type === undefined ? 'missing' : 'value';
  const fault = type === undefined ? 'is missing; it is' : 'must be';
  const message = `type ${fault} one of ${CHANNEL_TYPES.join(', ')}`;
  return { problems: [{ path: [...base, 'type'], message, suggestion, at }] };
}

/** What of a channel must not be shown, wherever it came from. */
export function secretsOfChannel(channel: Channel): readonly string[] {
  return formOf(channel.type).secrets(channel);
}

/** Where a channel leads in a few words that may be shown: `mail to ops@example.com`. Never a secret. */
export function channelTarget(channel: Channel): string {
  return formOf(channel.type).target(channel);
}

function isChannelType(type: unknown): type is ChannelType {
  return typeof type === 'string' && Object.hasOwn(CHANNEL_FORMS, type);
}

function formOf(type: ChannelType): ChannelForm<Channel> {
  return CHANNEL_FORMS[type] as unknown as ChannelForm<Channel>;
}
