import type { MatrixChannel } from '../../core/channel/matrix.ts';
import type { ChannelKind } from '../contract.ts';
import { escapeHtml, withoutMentions } from '../escape.ts';
import { fitLines, fitText } from '../fit.ts';
import { labelledLinks, lookOf } from '../look.ts';
import { sendRequest } from '../send-request.ts';
import { wordsOf } from '../wording.ts';

/** A whole event holds 65,536 bytes. */
const PLAIN = { most: 6000, escape: withoutMentions };
const HTML = { most: 6000, escape: (text: string) => withoutMentions(escapeHtml(text)) };

/**
 * Matrix: https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid. The id of the
 * message is that of the transaction, so a message that comes again is not posted again.
 */
export const MATRIX: ChannelKind<MatrixChannel> = {
  type: 'matrix',
  send(message, sending, channel, deps) {
    const words = wordsOf(message, sending);
    const { sign } = lookOf(message);
    const links = labelledLinks(words);
    const plain = [
      `${sign} ${fitText(words.title, PLAIN)}`,
      fitText(words.summary, PLAIN),
      fitLines(words.lines, PLAIN),
      links.map(({ label, url }) => `${label}: ${url}`).join('\n'),
    ];
    const html = [
      `${sign} <strong>${fitText(words.title, HTML)}</strong>`,
      fitText(words.summary, HTML),
      fitLines(words.lines, HTML).replaceAll('\n', '<br>'),
      links.map(({ label, url }) => `<a href="${url.replaceAll('&', '&amp;')}">${label}</a>`).join(' · '),
    ];
    const body = {
      msgtype: 'm.text',
      body: plain.filter((text) => text !== '').join('\n'),
      format: 'org.matrix.custom.html',
      formatted_body: html.filter((text) => text !== '').join('<br>'),
      // Without it clients look for mentions in the text.
      'm.mentions': {},
    };
    const room = encodeURIComponent(channel.room);
    const url = `${channel.url}/_matrix/client/v3/rooms/${room}/send/m.room.message/longwatch-${encodeURIComponent(message.id)}`;
    const headers = { authorization: `Bearer ${channel.token}` };
    return sendRequest(channel, { url, method: 'PUT', headers, body }, deps);
  },
};
