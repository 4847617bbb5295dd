/**
 * A name server that gives every name below quick.test the address 127.0.0.1, and never answers for any other name; prints
 * its port. Ends with its standard input.
 */
import { createSocket } from 'node:dgram';
import { decode, encode } from 'dns-packet';

const server = createSocket('udp4');
server.on('message', (message, { port, address }) => {
  const { id = 0, questions = [] } = decode(message);
  const [question] = questions;
  if (question === undefined || !question.name.endsWith('.quick.test')) return;
  const answers = question.type === 'A' ? [{ name: question.name, type: 'A' as const, ttl: 1, data: '127.0.0.1' }] : [];
  server.send(encode({ type: 'response', id, questions, answers }), port, address);
});
server.bind(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
