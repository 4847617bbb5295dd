/** What the servers of this folder have in common. Each tells at its head what it does; `close-after-each.ts` closes them. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What every server of this folder offers: an address of the loopback, what it holds, and an end. */
export interface Fixture {
  readonly port: number;
  /** Connections the server still holds. */
  readonly openConnections: () => number;
  /** Connections the server ever took. */
  readonly acceptedConnections: () => number;
  /** Destroys every connection and resolves when the port is free again. */
  readonly close: () => Promise<void>;
}

/** Listens on a free port of `host` (127.0.0.1 unless given) and counts what comes. Rejects where it cannot listen. */
export async function openFixture(server: Server, host = '127.0.0.1'): Promise<Fixture> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    // Clients under test leave in every way there is; none of them is an error of the server.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, 0, host);
  return {
    port: (server.address() as AddressInfo).port,
    openConnections: () => sockets.size,
    acceptedConnections: () => accepted,
    async close() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of the loopback on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const { port, close } = await openFixture(createServer());
  await close();
  return port;
}

/** Whether this machine has an IPv6 loopback to listen on. */
export async function hasIpv6Loopback(): Promise<boolean> {
  try {
    const { close } = await openFixture(createServer(), '::1');
    await close();
    return true;
  } catch {
    return false;
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
