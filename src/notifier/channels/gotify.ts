import type { GotifyChannel } from '../../core/channel/gotify.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf, type Look } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

const TEXT = { most: 8000, escape: visible };

/** From 8 up a telephone makes itself heard at once, from 4 up it makes a sound. */
const PRIORITIES: Readonly<Record<Look['mood'], number>> = { trouble: 8, warning: 5, good: 4, plain: 2 };

/** Gotify: https://gotify.net/docs/pushmsg. Plain text: Markdown of it would fetch images that a target names. */
export const GOTIFY: ChannelKind<GotifyChannel> = {
  type: 'gotify',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const links = labelledLinks(words).map(({ label, url }) => `${label}: ${url}`);
    const texts = [fitText(words.summary, TEXT), fitLines(words.lines, TEXT), links.join('\n')];
    const click = words.link === null ? {} : { 'client::notification': { click: { url: new URL(words.link).href } } };
    const body = {
      title: fitText(words.title, TEXT),
      message: texts.filter((text) => text !== '').join('\n\n'),
      priority: PRIORITIES[lookOf(message).mood],
      extras: { 'client::display': { contentType: 'text/plain' }, ...click },
    };
    const headers = { 'x-gotify-key': channel.token };
    return sendRequest(channel, { url: `${channel.url}/message`, headers, body }, deps);
  },
};
