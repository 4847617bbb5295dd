import type { Conversation } from '../../../net/conversation.ts';
import { notSpoken, refused } from './refusal.ts';
import type { Starttls } from './starttls.ts';

/** Who we say we are: a name that can be nobody's (RFC 6761). */
const OWN_NAME = 'longwatch.invalid';
const MOST_LINES = 100;

/** STARTTLS of SMTP: RFC 3207. */
export const SMTP: Starttls = {
  async agree(conversation, greeted) {
    const greeting = await reply(conversation);
    greeted(greeting.lines.join('\n'));
    accept(greeting, '220');
    const offer = await ask(conversation, `EHLO ${OWN_NAME}`);
    accept(offer, '250');
    if (!offer.lines.some((line) => /^250[ -]STARTTLS\s*$/i.test(line))) refused('STARTTLS is not offered');
    accept(await ask(conversation, 'STARTTLS'), '220');
  },
  goodbye: 'QUIT\r\n',
};

/** A reply of one or more lines that begin with the same code (RFC 5321 4.2). */
interface Reply {
  readonly code: string;
  readonly lines: readonly string[];
}

async function ask(conversation: Conversation, command: string): Promise<Reply> {
  await conversation.say(`${command}\r\n`);
  return reply(conversation);
}

async function reply(conversation: Conversation): Promise<Reply> {
  const lines: string[] = [];
  while (lines.length < MOST_LINES) {
    const line = await conversation.line();
    const [, code, mark] = /^(\d{3})([ -]|$)/.exec(line) ?? [];
    if (code === undefined) notSpoken('SMTP');
    lines.push(line);
    if (mark !== '-') return { code, lines };
  }
  return notSpoken('SMTP');
}

function accept({ code, lines }: Reply, wanted: string): void {
  if (code !== wanted) refused(lines.at(-1) ?? code);
}
