import type { TeamsChannel } from '../../core/channel/teams.ts';
import type { ChannelKind, ServiceAnswer } from '../contract.ts';
import { visible } from '../escape.ts';
import { bytesOf, fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf, type Look } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { answerOf, judgeAnswer } from '../http-answer.ts';
import { wordsOf } from '../wording.ts';

/** A card holds 28 KB, counted with two bytes a character. */
const SUMMARY = { most: 2000, escape: visible, sizeOf: bytesOf };
const LINES = { most: 6000, escape: visible, sizeOf: bytesOf };

/** Colours of text in Adaptive Cards. */
const COLOURS: Readonly<Record<Look['mood'], string>> = {
  trouble: 'Attention',
  warning: 'Warning',
  good: 'Good',
  plain: 'Accent',
};

/**
 * Microsoft Teams, by a workflow that posts the card a webhook receives. The text of a `TextRun` is shown as it is, while a
 * `TextBlock` would read it as Markdown: https://adaptivecards.io/explorer/TextRun.html
 */
export const TEAMS: ChannelKind<TeamsChannel> = {
  type: 'teams',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const title = fitText(words.title, SUMMARY);
    const lines = fitLines(words.lines, LINES).split('\n');
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      msteams: { width: 'Full' },
      body: [
        run(title, { weight: 'Bolder', size: 'Large', color: COLOURS[lookOf(message).mood] }),
        run(fitText(words.summary, SUMMARY), {}),
        ...lines.filter((line) => line !== '').map((line) => run(line, { isSubtle: true })),
      ],
      actions: labelledLinks(words).map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
    };
    const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    return sendRequest(channel, { url: channel.url, body: { type: 'message', attachments: [card] } }, deps, judge);
  },
};

function run(text: string, style: Readonly<Record<string, string | boolean>>): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...style }] };
}

/** The webhooks that workflows replaced answer 200 also when they could not pass a message on, with words that say so. */
function judge(answer: ServiceAnswer, now: number) {
  const isUntrue = answer.status === 200 && /delivery failed|returned HTTP error/i.test(answer.body);
  return isUntrue ? answerOf('failed', answer, now) : judgeAnswer(answer, now);
}
