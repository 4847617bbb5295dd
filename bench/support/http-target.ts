/** A server that answers every request at once with 200 and a short body; prints its port. Ends with its standard input. */
import { createServer } from 'node:net';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');

// A bare socket rather than node:http: on a machine of two cores the target must not be the one that is measured.
const server = createServer({ noDelay: true }, (socket) => {
  socket.once('data', () => socket.end(ANSWER));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
