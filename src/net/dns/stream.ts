import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { Dial, type DialTarget } from '../dial.ts';
import { failure, failureOf, timeoutFailure, type Failure } from '../failure.ts';
import type { NetContext } from '../reach.ts';
import { encodeQuery, readReply, type DnsQuestion, type DnsReply } from './message.ts';
import type { Exchanged } from './udp.ts';

const LENGTH_BYTES = 2;

/**
 * Asks a server over TCP, or over TLS when the target says so (RFC 7766, RFC 7858), on a connection of its own, until the
 * deadline. Never rejects and leaves no socket behind.
 */
export function exchangeStream(target: DialTarget, question: DnsQuestion, context: NetContext): Promise<Exchanged> {
  const { deadline, phases } = context;
  return new Promise((resolve) => {
    let over = false;
    const settle = (result: DnsReply | Failure): void => {
      if (over) return;
      over = true;
      dial.abandon();
      resolve({ result, address: dial.address, attempts: dial.attempts() });
    };
    const dial = new Dial(target, context, (dialled) => {
      if ('reason' in dialled) return settle(dialled);
      phases.enter('wait');
      deadline.whenOver(() => settle(timeoutFailure('wait', deadline.timeout)));
      converse(dialled, question, settle);
    });
    deadline.whenOver(() => settle(dial.timeoutFailure()));
    if (!over) dial.start();
  });
}

/** Sends the question and reads messages, each behind its length, until the answer has come. */
function converse(socket: Socket, question: DnsQuestion, settle: (result: DnsReply | Failure) => void): void {
  const id = randomInt(65_536);
  let pieces: Buffer = Buffer.alloc(0);
  socket.on('error', (error) => settle(failureOf(error, 'wait')));
  socket.on('close', () => settle(failure('conn_closed')));
  socket.on('data', (piece: Buffer) => {
    pieces = pieces.length === 0 ? piece : Buffer.concat([pieces, piece]);
    for (;;) {
      const length = pieces.length < LENGTH_BYTES ? Infinity : pieces.readUInt16BE(0);
      if (pieces.length < LENGTH_BYTES + length) return;
      const reply = readReply(pieces.subarray(LENGTH_BYTES, LENGTH_BYTES + length), question, id);
      // Nobody else speaks on this connection: what is not the answer is no DNS.
      if (typeof reply === 'object') settle(reply);
      else settle(failure('protocol_error', 'the answer cannot be read'));
      pieces = pieces.subarray(LENGTH_BYTES + length);
    }
  });
  const query = encodeQuery(question, id);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(query.length);
  socket.write(Buffer.concat([length, query]));
}
