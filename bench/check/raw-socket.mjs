// The floor: a bare socket for each URL, a request written as text, the answer read to its end. Judges nothing.
import net from 'node:net';
import tls from 'node:tls';
import { runLanes } from './lanes.mjs';

let secureContext;

await runLanes((url) => {
  const { protocol, hostname, port, pathname } = new URL(url);
  return new Promise((resolve) => {
    const head = `GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nconnection: close\r\n\r\n`;
    const plain = protocol === 'http:';
    const connected = () => socket.write(head);
    if (!plain) secureContext ??= tls.createSecureContext();
    const socket = plain
      ? net.connect({ host: hostname, port: Number(port) }, connected)
      : tls.connect({ host: hostname, port: Number(port), secureContext }, connected);
    let status = 0;
    socket.once('data', (chunk) => {
      status = Number(chunk.toString('latin1', 9, 12));
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(status));
  });
});
