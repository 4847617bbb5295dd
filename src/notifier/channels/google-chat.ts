import type { GoogleChatChannel } from '../../core/channel/google-chat.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeByLookalikes } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { troubleKey } from '../trouble-key.ts';
import { wordsOf } from '../wording.ts';

/** Text is cut at 4096 characters; a whole message at 32,000 bytes. */
const SUMMARY = { most: 1200, escape: escapeByLookalikes };
const LINES = { most: 2000, escape: escapeByLookalikes };

/** Google Chat, by a webhook of a space: https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create */
export const GOOGLE_CHAT: ChannelKind<GoogleChatChannel> = {
  type: 'google_chat',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const links = labelledLinks(words).map(({ label, url }) => `<${url}|${label}>`);
    const title = `${lookOf(message).sign} *${fitText(words.title, SUMMARY)}*`;
    const texts = [title, fitText(words.summary, SUMMARY), fitLines(words.lines, LINES), links.join('   ')];
    const url = new URL(channel.url);
    // A message that comes again under the same id is not posted again.
    url.searchParams.set('requestId', `longwatch-${message.id}`);
    url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
    const body = {
      text: texts.filter((text) => text !== '').join('\n'),
      thread: { threadKey: troubleKey(message) },
    };
    return sendRequest(channel, { url, body }, deps);
  },
};
