import type { Conversation } from '../../../net/conversation.ts';
import { notSpoken, refused } from './refusal.ts';
import type { Starttls } from './starttls.ts';

const MOST_LINES = 100;

/** STLS of POP3: RFC 2595 4; what is offered: RFC 2449. */
export const POP3: Starttls = {
  async agree(conversation, greeted) {
    const greeting = await conversation.line();
    greeted(greeting);
    if (!isGood(greeting)) refused(greeting);
    // A server need not know CAPA; one that does not may know STLS all the same.
    if (isGood(await ask(conversation, 'CAPA'))) {
      const offer = await list(conversation);
      if (!offer.some((line) => /^STLS\b/i.test(line))) refused('STLS is not offered');
    }
    const answer = await ask(conversation, 'STLS');
    if (!isGood(answer)) refused(answer);
  },
  goodbye: 'QUIT\r\n',
};

async function ask(conversation: Conversation, command: string): Promise<string> {
  await conversation.say(`${command}\r\n`);
  return conversation.line();
}

function isGood(line: string): boolean {
  if (!/^(?:\+OK|-ERR)\b/.test(line)) notSpoken('POP3');
  return line.startsWith('+');
}

/** Lines up to the one that is a dot alone. */
async function list(conversation: Conversation): Promise<readonly string[]> {
  const lines: string[] = [];
  while (lines.length < MOST_LINES) {
    const line = await conversation.line();
    if (line === '.') return lines;
    lines.push(line);
  }
  return notSpoken('POP3');
}
