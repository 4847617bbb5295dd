import type { TwilioSmsChannel } from '../../core/channel/twilio-sms.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { fitText } from '../fit.ts';
import { basicHeader, sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** Twilio takes 1600 characters, but each 153 of them are paid for. */
const TEXT = { most: 300, escape: visible };

/** A text message over Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
export const TWILIO_SMS: ChannelKind<TwilioSmsChannel> = {
  type: 'twilio_sms',
  send(message, sending, channel, deps) {
    const { summary, link } = wordsOf(message, sending);
    const sender = channel.from.startsWith('MG') ? { MessagingServiceSid: channel.from } : { From: channel.from };
    const text = fitText(summary, TEXT);
    const body = new URLSearchParams({
      To: channel.to,
      ...sender,
      Body: link === null ? text : `${text} ${new URL(link).href}`,
    });
    const url = `${channel.api_url}/2010-04-01/Accounts/${channel.account_sid}/Messages.json`;
    return sendRequest(channel, { url, headers: basicHeader(channel.account_sid, channel.auth_token), body }, deps);
  },
};
