import type { Conversation } from '../../../net/conversation.ts';
import { notSpoken, refused } from './refusal.ts';
import type { Starttls } from './starttls.ts';

/** Length 8 and the code 80877103: SSLRequest, "Message Formats" in the manual of PostgreSQL. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** TLS of PostgreSQL: "SSL Session Encryption" in its manual. The server says nothing first. */
export const POSTGRES: Starttls = {
  async agree(conversation) {
    await conversation.say(SSL_REQUEST);
    const answer = (await conversation.bytes(1)).toString();
    if (answer === 'S') return;
    if (answer === 'N') refused('TLS is switched off');
    if (answer === 'E') refused(await errorMessage(conversation));
    notSpoken('PostgreSQL');
  },
  goodbye: null,
};

/** What an ErrorResponse says for people: its field M. */
async function errorMessage(conversation: Conversation): Promise<string> {
  const length = (await conversation.bytes(4)).readUInt32BE() - 4;
  if (length < 1 || length > 8192) notSpoken('PostgreSQL');
  const fields = (await conversation.bytes(length)).toString().split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'an error without message';
}
