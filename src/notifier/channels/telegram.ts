import type { TelegramChannel } from '../../core/channel/telegram.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeTelegram } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** A message holds 4096 characters. */
const TITLE = { most: 600, escape: escapeTelegram };
const SUMMARY = { most: 1200, escape: escapeTelegram };
const LINES = { most: 1600, escape: escapeTelegram };

/** Telegram, by a bot: https://core.telegram.org/bots/api#sendmessage */
export const TELEGRAM: ChannelKind<TelegramChannel> = {
  type: 'telegram',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const links = labelledLinks(words).map(
      ({ label, url }) => `<a href="${url.replaceAll('&', '&amp;')}">${label}</a>`,
    );
    const title = `${lookOf(message).sign} <b>${fitText(words.title, TITLE)}</b>`;
    const texts = [title, fitText(words.summary, SUMMARY), fitLines(words.lines, LINES), links.join(' · ')];
    const body = {
      chat_id: channel.chat_id,
      ...(channel.thread_id !== null && { message_thread_id: channel.thread_id }),
      text: texts.filter((text) => text !== '').join('\n\n'),
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    };
    return sendRequest(channel, { url: `${channel.api_url}/bot${channel.token}/sendMessage`, body }, deps);
  },
};
