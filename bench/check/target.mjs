// A server that answers every request at once with 200 and two bytes, over HTTP and HTTPS; prints both ports. Ends with
// its standard input. Bare sockets: on a machine of few cores the target must not be what is measured.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
const certificates = new URL('../../test/targets/certificates/', import.meta.url);

function answer(socket) {
  socket.once('data', () => socket.end(ANSWER));
  socket.on('error', () => socket.destroy());
}

const plain = net.createServer({ noDelay: true }, answer);
const secure = tls.createServer(
  { cert: readFileSync(new URL('good.pem', certificates)), key: readFileSync(new URL('key.pem', certificates)) },
  answer,
);
plain.listen(0, '127.0.0.1', () => {
  secure.listen(0, '127.0.0.1', () => process.stdout.write(`${plain.address().port} ${secure.address().port}\n`));
});
process.stdin.on('end', () => process.exit(0)).resume();
