/**
 * A server that answers 200, or 503 for paths it was told to fail: lines on its standard input are `down /a`, `up /a`,
 * `down *` and `up *`. Prints its port. Ends with its standard input.
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const FINE = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
const BROKEN = Buffer.from('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno');

const down = new Set<string>();
let allDown = false;

// A bare socket rather than node:http: on a machine of two cores the target must not be the one that is measured.
const server = createServer({ noDelay: true }, (socket) => {
  socket.once('data', (head: Buffer) => {
    const path = head.toString('latin1', 0, 200).split(' ')[1] ?? '';
    socket.end(allDown || down.has(path) ? BROKEN : FINE);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [word, path = ''] = line.split(' ');
    if (path === '*') allDown = word === 'down';
    else if (word === 'down') down.add(path);
    else down.delete(path);
  })
  .on('close', () => process.exit(0));
