import type { Conversation } from '../../../net/conversation.ts';
import { notSpoken, refused } from './refusal.ts';
import type { Starttls } from './starttls.ts';

const MOST_LINES = 100;

/** STARTTLS of IMAP: RFC 9051 6.2.1, before it RFC 2595. */
export const IMAP: Starttls = {
  async agree(conversation, greeted) {
    const greeting = await conversation.line();
    greeted(greeting);
    if (!/^\* (?:OK|BYE|PREAUTH)\b/i.test(greeting)) notSpoken('IMAP');
    // After PREAUTH there is nothing left that TLS could protect, and the command is not allowed.
    if (!/^\* OK\b/i.test(greeting)) refused(greeting);
    const offer = await ask(conversation, 'a1', 'CAPABILITY');
    if (!offer.some((line) => /^\* CAPABILITY .*\bSTARTTLS\b/i.test(line))) refused('STARTTLS is not offered');
    await ask(conversation, 'a2', 'STARTTLS');
  },
  goodbye: 'a9 LOGOUT\r\n',
};

/** Says a command and takes the lines up to the one with its tag, which must say OK. */
async function ask(conversation: Conversation, tag: string, command: string): Promise<readonly string[]> {
  await conversation.say(`${tag} ${command}\r\n`);
  const lines: string[] = [];
  while (lines.length < MOST_LINES) {
    const line = await conversation.line();
    if (line.startsWith(`${tag} `)) {
      if (!/^\w+ OK\b/i.test(line)) refused(line);
      return lines;
    }
    if (!line.startsWith('* ')) notSpoken('IMAP');
    lines.push(line);
  }
  return notSpoken('IMAP');
}
