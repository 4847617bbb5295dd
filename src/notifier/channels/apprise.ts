import type { AppriseChannel } from '../../core/channel/apprise.ts';
import type { ChannelKind, ServiceAnswer } from '../contract.ts';
import { escapeByLookalikes } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf, type Look } from '../look.ts';
import { accessHeader, sendRequest } from '../send-request.ts';
import { answerOf, judgeAnswer } from '../http-answer.ts';
import { wordsOf } from '../wording.ts';

/** Nobody knows which service it ends in: nothing that any of them takes for a mention, a link or a tag is left in. */
const TEXT = { most: 4000, escape: escapeByLookalikes };

const TYPES: Readonly<Record<Look['mood'], string>> = {
  trouble: 'failure',
  warning: 'warning',
  good: 'success',
  plain: 'info',
};

/** An Apprise API: https://github.com/caronc/apprise-api */
export const APPRISE: ChannelKind<AppriseChannel> = {
  type: 'apprise',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const links = labelledLinks(words).map(({ label, url }) => `${label}: ${url}`);
    const texts = [fitText(words.summary, TEXT), fitLines(words.lines, TEXT), links.join('\n')];
    const body = {
      title: fitText(words.title, TEXT),
      body: texts.filter((text) => text !== '').join('\n\n'),
      type: TYPES[lookOf(message).mood],
      format: 'text',
      ...(channel.key === null && { urls: channel.urls.join(',') }),
      ...(channel.tag !== null && { tag: channel.tag }),
    };
    const url = channel.key === null ? `${channel.url}/notify/` : `${channel.url}/notify/${channel.key}`;
    return sendRequest(channel, { url, headers: accessHeader(channel), body }, deps, judge);
  },
};

/** 204 says that there is nobody to tell, 424 that one of the services did not take the message. */
function judge(answer: ServiceAnswer, now: number) {
  if (answer.status === 204) {
    const body = 'the Apprise API has no configuration under this key';
    return answerOf('refused', { ...answer, body }, now);
  }
  return answer.status === 424 ? answerOf('failed', answer, now) : judgeAnswer(answer, now);
}
