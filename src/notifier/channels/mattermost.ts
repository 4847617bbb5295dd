import type { MattermostChannel } from '../../core/channel/mattermost.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeByLookalikes, escapeMarkdown } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** A post holds 16,383 characters, and everything in it counts. */
const SUMMARY = { most: 3000, escape: escapeMarkdown };
const LINES = { most: 7000, escape: escapeMarkdown };

/** Mattermost, by an incoming webhook: https://developers.mattermost.com/integrate/webhooks/incoming */
export const MATTERMOST: ChannelKind<MattermostChannel> = {
  type: 'mattermost',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const look = lookOf(message);
    const links = labelledLinks(words).map(({ label, url }) => `[${label}](${url})`);
    const title = `${look.sign} **${fitText(words.title, SUMMARY)}**`;
    const texts = [title, fitText(words.summary, SUMMARY), fitLines(words.lines, LINES), links.join(' · ')];
    const body = {
      ...(channel.username !== null && { username: channel.username }),
      ...(channel.channel !== null && { channel: channel.channel }),
      attachments: [
        {
          fallback: `${look.sign} ${fitText(words.title, { most: 500, escape: escapeByLookalikes })}`,
          color: look.colour,
          text: texts.filter((text) => text !== '').join('\n\n'),
        },
      ],
    };
    return sendRequest(channel, { url: channel.url, body }, deps);
  },
};
