import type { Conversation } from '../../../net/conversation.ts';
import { notSpoken, refused } from './refusal.ts';
import type { Starttls } from './starttls.ts';

// Capability flags and packets: "Connection Phase" in the internals of MySQL; MariaDB speaks the same.
const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SSL = 0x800;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH = 0x80000;
const UTF8MB4_GENERAL = 45;
const LARGEST_PACKET = 0x1000000;

/** TLS of MySQL: the server greets with a handshake of version 10, and the client answers with an SSLRequest. */
export const MYSQL: Starttls = {
  async agree(conversation, greeted) {
    const { payload, sequence } = await packet(conversation);
    greeted(payload.toString());
    if (payload[0] === 0xff) refused(errorMessage(payload));
    const versionEnd = payload.indexOf(0, 1);
    // Behind the version: 4 bytes of thread id, 8 of challenge, 1 of nothing, then the lower flags.
    if (payload[0] !== 10 || versionEnd === -1 || payload.length < versionEnd + 16) notSpoken('MySQL');
    if ((payload.readUInt16LE(versionEnd + 14) & CLIENT_SSL) === 0) refused('TLS is not offered');
    await conversation.say(sslRequest(sequence + 1));
  },
  goodbye: null,
};

async function packet(conversation: Conversation): Promise<{ readonly payload: Buffer; readonly sequence: number }> {
  const header = await conversation.bytes(4);
  const length = header.readUIntLE(0, 3);
  if (length === 0 || length > 8192) notSpoken('MySQL');
  return { payload: await conversation.bytes(length), sequence: header.readUInt8(3) };
}

/** What an ERR packet says for people: behind its number of two bytes, and a state that begins with #. */
function errorMessage(payload: Buffer): string {
  return payload
    .subarray(3)
    .toString()
    .replace(/^#.{5}/s, '');
}

function sslRequest(sequence: number): Buffer {
  const request = Buffer.alloc(36);
  request.writeUIntLE(request.length - 4, 0, 3);
  request.writeUInt8(sequence % 256, 3);
  request.writeUInt32LE(CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH, 4);
  request.writeUInt32LE(LARGEST_PACKET, 8);
  request.writeUInt8(UTF8MB4_GENERAL, 12);
  return request;
}
