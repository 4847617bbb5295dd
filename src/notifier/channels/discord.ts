import type { DiscordChannel } from '../../core/channel/discord.ts';
import { formatMoment } from '../../core/time-window.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeMarkdown } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** Limits of an embed: title 256, description 4096, 6000 in all (https://docs.discord.com/developers/resources/message). */
const TITLE = { most: 250, escape: escapeMarkdown };
const SUMMARY = { most: 1500, escape: escapeMarkdown };
const LINES = { most: 2000, escape: escapeMarkdown };

/** Discord, by a webhook: https://docs.discord.com/developers/resources/webhook#execute-webhook */
export const DISCORD: ChannelKind<DiscordChannel> = {
  type: 'discord',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const look = lookOf(message);
    const links = labelledLinks(words).map(({ label, url }) => `[${label}](<${url}>)`);
    const texts = [fitText(words.summary, SUMMARY), fitLines(words.lines, LINES), links.join(' · ')];
    const url = new URL(channel.url);
    // Without it Discord says that all is well before it has kept the message.
    url.searchParams.set('wait', 'true');
    const body = {
      ...(channel.username !== null && { username: channel.username }),
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: `${look.sign} ${fitText(words.title, TITLE)}`,
          description: texts.filter((text) => text !== '').join('\n\n'),
          color: Number.parseInt(look.colour.slice(1), 16),
          timestamp: formatMoment(message.at),
        },
      ],
    };
    return sendRequest(channel, { url, body }, deps);
  },
};
