import type { EmailChannel } from '../core/channel/email.ts';
import type { MailAddress } from '../core/channel/mail-address.ts';
import type { Message, Sending } from '../core/notify/message.ts';
import { mailHtml } from './mail-html.ts';
import { plainLine } from './escape.ts';
import { labelledLinks, lookOf } from './look.ts';
import { troubleKey } from './trouble-key.ts';
import { type Wording, wordsOf } from './wording.ts';

/** A mail, as nodemailer takes it. */
export interface Mail {
  readonly from: Address;
  readonly to: Address[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** What the messages of one incident have in common, so that readers show them as one thread. */
  readonly inReplyTo: string;
  readonly references: string;
  readonly priority: 'high' | 'normal';
  readonly headers: Record<string, string>;
}

interface Address {
  name: string;
  address: string;
}

/** Puts a message into the form of a mail (RFC 5322); the same message always has the same `Message-ID`. */
export function mailOf(message: Message, sending: Sending, { from, to }: EmailChannel): Mail {
  const words = wordsOf(message, sending);
  const look = lookOf(message);
  const domain = from.address.split('@')[1] ?? 'longwatch.invalid';
  const thread = `<${idWord(troubleKey(message))}@${domain}>`;
  return {
    from: addressOf(from),
    to: to.map(addressOf),
    subject: plainLine(words.title, 200),
    text: mailText(words),
    html: message.report === null ? mailHtml(words, look) : message.report.html,
    // With its moment: ids begin anew in a new database, and mail that has the id of older mail is thrown away.
    messageId: `<${idWord(message.id)}.${message.at}@${domain}>`,
    inReplyTo: thread,
    references: thread,
    priority: look.mood === 'trouble' ? 'high' : 'normal',
    headers: {
      // RFC 3834: nobody's absence is to be answered to us.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  };
}

function addressOf({ name, address }: MailAddress): Address {
  return { name: name ?? '', address };
}

/** A word of a message id (RFC 5322 3.6.4): whatever may not stand there is a dot. */
function idWord(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]+/g, '.').replaceAll(/^\.|\.$/g, '');
}

function mailText(words: Wording): string {
  const { title, summary, fields, lines } = words;
  const widest = Math.max(0, ...fields.map(({ label }) => label.length));
  const facts = fields.map(({ label, value }) => `${`${label}:`.padEnd(widest + 1)} ${value}`);
  const links = labelledLinks(words).map(({ label, url }) => `${label}: ${url}`);
  const parts = [summary === title ? [summary] : [title, '', summary], facts, lines, links];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}
