import type { SlackChannel } from '../../core/channel/slack.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeSlack } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** The most that the text of a section holds: 3000 (https://docs.slack.dev/reference/block-kit/blocks/section-block). */
const SECTION = { most: 2900, escape: escapeSlack };

/** Slack, by an incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const SLACK: ChannelKind<SlackChannel> = {
  type: 'slack',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const look = lookOf(message);
    const links = labelledLinks(words).map(({ label, url }) => `<${url}|${label}>`);
    const texts = [fitText(words.summary, SECTION), fitLines(words.lines, SECTION), links.join('   ')];
    const blocks = texts
      .filter((text) => text !== '')
      .map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
    const body = {
      text: `${look.sign} *${fitText(words.title, SECTION)}*`,
      unfurl_links: false,
      unfurl_media: false,
      attachments: [{ color: look.colour, blocks }],
    };
    return sendRequest(channel, { url: channel.url, body }, deps);
  },
};
