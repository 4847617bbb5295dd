import type { PushoverChannel } from '../../core/channel/pushover.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { bytesOf, fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf, type Look } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** Limits of https://pushover.net/api: title 250, message 1024, url 512; counted in bytes to be safe. */
const TITLE = { most: 250, escape: visible, sizeOf: bytesOf };
const SUMMARY = { most: 600, escape: visible, sizeOf: bytesOf };
const LINES = { most: 400, escape: visible, sizeOf: bytesOf };
const LONGEST_URL = 512;

/** 1 breaks through quiet hours, 0 makes a sound, -1 makes none. */
const PRIORITIES: Readonly<Record<Look['mood'], string>> = { trouble: '1', warning: '0', good: '0', plain: '-1' };

/** Pushover: https://pushover.net/api */
export const PUSHOVER: ChannelKind<PushoverChannel> = {
  type: 'pushover',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const link = labelledLinks(words).find(({ url }) => url.length <= LONGEST_URL);
    const body = new URLSearchParams({
      token: channel.token,
      user: channel.user,
      ...(channel.device !== null && { device: channel.device }),
      title: fitText(words.title, TITLE),
      message: [fitText(words.summary, SUMMARY), fitLines(words.lines, LINES)].filter((text) => text !== '').join('\n'),
      priority: PRIORITIES[lookOf(message).mood],
      timestamp: String(Math.floor(message.at / 1000)),
      ...(link !== undefined && { url: link.url, url_title: link.label }),
    });
    return sendRequest(channel, { url: `${channel.api_url}/1/messages.json`, body }, deps);
  },
};
