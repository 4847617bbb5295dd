import type { NtfyChannel } from '../../core/channel/ntfy.ts';
import type { ChannelKind } from '../contract.ts';
import { visible } from '../escape.ts';
import { bytesOf, fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf, type Look } from '../look.ts';
import { accessHeader, sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** A message of more than 4096 bytes would become a file. */
const SUMMARY = { most: 1500, escape: visible, sizeOf: bytesOf };
const LINES = { most: 2400, escape: visible, sizeOf: bytesOf };
const TITLE = { most: 250, escape: visible, sizeOf: bytesOf };

/** Priorities go from 1 to 5; tags with these names are shown as signs (https://docs.ntfy.sh/emojis). */
const MOODS: Readonly<Record<Look['mood'], { readonly priority: number; readonly tag: string }>> = {
  trouble: { priority: 5, tag: 'red_circle' },
  warning: { priority: 4, tag: 'orange_circle' },
  good: { priority: 3, tag: 'green_circle' },
  plain: { priority: 3, tag: 'blue_circle' },
};

/** ntfy: https://docs.ntfy.sh/publish/#publish-as-json */
export const NTFY: ChannelKind<NtfyChannel> = {
  type: 'ntfy',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const { priority, tag } = MOODS[lookOf(message).mood];
    const links = labelledLinks(words);
    const body = {
      topic: channel.topic,
      title: fitText(words.title, TITLE),
      message: [fitText(words.summary, SUMMARY), fitLines(words.lines, LINES)].filter((text) => text !== '').join('\n'),
      priority,
      tags: [tag],
      ...(words.link !== null && { click: new URL(words.link).href }),
      actions: links.map(({ label, url }) => ({ action: 'view', label, url })),
    };
    return sendRequest(channel, { url: channel.url, headers: accessHeader(channel), body }, deps);
  },
};
