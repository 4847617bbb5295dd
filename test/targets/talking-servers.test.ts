import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from './close-after-each.ts';
import { startLineServer, type LineBehaviourName } from './line-server.ts';
import { TEST_AUTHORITY } from './start-target.ts';
import {
  startStarttlsServer,
  type StarttlsFault,
  type StarttlsOptions,
  type StarttlsProtocol,
  type StarttlsServer,
} from './starttls-server.ts';

const { keep, later } = closeAfterEach();

function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5, timeout: 5000 });
}

/** A plain client that remembers what it hears. */
class Client {
  readonly socket: Socket;
  heard = '';
  ended = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (piece: Buffer) => (this.heard += piece.toString('latin1')));
    this.socket.on('close', () => (this.ended = true));
    later(() => this.socket.destroy());
  }

  async hears(pattern: RegExp): Promise<void> {
    await eventually(() => this.heard).toMatch(pattern);
  }

  async says(words: string | Buffer, answer: RegExp): Promise<void> {
    this.heard = '';
    this.socket.write(words);
    await this.hears(answer);
  }

  async handshake(): Promise<boolean> {
    this.socket.removeAllListeners('data');
    const secure = connectTls({ socket: this.socket, ca: TEST_AUTHORITY, servername: 'localhost' });
    // Closed before the socket beneath it: the other way round, just after a handshake, Node 20 dies of a segmentation fault.
    later(() => secure.destroy());
    await once(secure, 'secureConnect');
    return secure.authorized;
  }
}

describe('servers of lines', () => {
  it.each<[LineBehaviourName, RegExp]>([
    ['ssh', /^SSH-2\.0-/],
    ['smtp', /^220 mail\.test ESMTP\r\n$/],
    ['smtp-multi-line', /^220-.*\r\n220-.*\r\n220 ready\r\n$/],
    ['drips-banner', /^220 slow\.test ESMTP\r\n$/],
    ['binary', /^\0\u00ff/],
    ['endless-banner', /^x{100000}/],
    ['endless-lines', /^(?:220-and so on\r\n){2000}/],
    ['no-line-end', /^ready> $/],
  ])('%s says %s', async (name, expected) => {
    const { port } = await keep(startLineServer(name));
    await new Client(port).hears(expected);
  });

  it('redis answers PING, in a line or in arrays', async () => {
    const { port, lines } = await keep(startLineServer('redis'));
    const client = new Client(port);
    await client.says('PING\r\n', /^\+PONG\r\n$/);
    await client.says('*1\r\n$4\r\nPING\r\n', /^\+PONG\r\n$/);
    await client.says('NOPE\r\n', /^-ERR/);
    expect(lines[0]).toBe('PING');
  });

  it('silent hears and says nothing', async () => {
    const { port, lines } = await keep(startLineServer('silent'));
    const client = new Client(port);
    client.socket.write('hello\r\n');
    await eventually(() => lines).toEqual(['hello']);
    expect(client).toMatchObject({ heard: '', ended: false });
  });

  it.each<LineBehaviourName>(['says-and-ends', 'smtp-busy'])('%s ends', async (name) => {
    const { port } = await keep(startLineServer(name));
    const client = new Client(port);
    await eventually(() => client.ended).toBe(true);
    expect(client.heard).not.toBe('');
  });

  it('can speak TLS', async () => {
    const { port } = await keep(startLineServer('echo', { certificate: 'good' }));
    expect(await new Client(port).handshake()).toBe(true);
  });
});

const PROTOCOLS: readonly StarttlsProtocol[] = ['smtp', 'imap', 'pop3', 'postgres', 'mysql'];
const MYSQL_REQUEST = Buffer.concat([Buffer.from('20000001', 'hex'), Buffer.from('05ae0300', 'hex'), Buffer.alloc(28)]);

/** What a client says up to its wish for TLS, and what a right server answers. */
const SCRIPTS: Readonly<Record<StarttlsProtocol, readonly (readonly [said: string | Buffer, answer: RegExp])[]>> = {
  smtp: [
    ['EHLO me.test\r\n', /STARTTLS(?:.|\s)*250 .*\r\n/],
    ['STARTTLS\r\n', /^220 .*\r\n$/],
  ],
  imap: [
    ['a1 CAPABILITY\r\n', /STARTTLS.*\r\na1 OK/],
    ['a2 STARTTLS\r\n', /^a2 OK .*\r\n$/],
  ],
  pop3: [
    ['CAPA\r\n', /STLS\r\n(?:.|\s)*\.\r\n$/],
    ['STLS\r\n', /^\+OK .*\r\n$/],
  ],
  postgres: [[Buffer.from('0000000804d2162f', 'hex'), /^S$/]],
  mysql: [[MYSQL_REQUEST, /^$/]],
};

const GREETINGS: Readonly<Record<StarttlsProtocol, RegExp>> = {
  smtp: /^220 .*\r\n$/,
  imap: /^\* OK .*\r\n$/,
  pop3: /^\+OK .*\r\n$/,
  postgres: /^$/,
  mysql: /^.\0\0\0\n8\.0\.36-test\0/,
};

async function dial(protocol: StarttlsProtocol, options: StarttlsOptions = {}): Promise<[Client, StarttlsServer]> {
  const server = await keep(startStarttlsServer(protocol, options));
  return [new Client(server.port), server];
}

async function askForTls(client: Client, protocol: StarttlsProtocol): Promise<void> {
  await client.hears(GREETINGS[protocol]);
  for (const [said, answer] of SCRIPTS[protocol]) await client.says(said, answer);
}

/** Says everything at once, whatever the server answers. */
function insist(client: Client, protocol: StarttlsProtocol): void {
  for (const [said] of SCRIPTS[protocol]) client.socket.write(said);
}

const FAULTS: readonly StarttlsFault[] = [
  'silent',
  'hangs-at-capabilities',
  'hangs-at-starttls',
  'hangs-in-handshake',
  'not-offered',
  'refuses',
  'busy',
  'garbage',
  'garbage-at-starttls',
  'injects',
  'closes',
  'closes-at-starttls',
  'endless',
];

describe('servers of STARTTLS', () => {
  it.each(PROTOCOLS)('%s goes over to TLS when asked', async (protocol) => {
    const [client, server] = await dial(protocol);
    await askForTls(client, protocol);
    expect(await client.handshake()).toBe(true);
    await eventually(() => server.upgraded()).toBe(1);
    expect(server.commands).toHaveLength(SCRIPTS[protocol].length);
  });

  it.each(PROTOCOLS)('%s can have a certificate that nobody trusts', async (protocol) => {
    const [client] = await dial(protocol, { certificate: 'self-signed' });
    await askForTls(client, protocol);
    await expect(client.handshake()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it.each<[StarttlsProtocol, StarttlsFault, RegExp]>([
    ['smtp', 'not-offered', /250-SIZE 10000000\r\n250 8BITMIME\r\n502/],
    ['smtp', 'refuses', /454 /],
    ['smtp', 'busy', /^554 /],
    ['smtp', 'injects', /220 2.0.0 .*\r\n250 injected\r\n$/],
    ['imap', 'not-offered', /a2 BAD/],
    ['imap', 'refuses', /a2 NO/],
    ['imap', 'busy', /^\* BYE/],
    ['pop3', 'not-offered', /-ERR/],
    ['pop3', 'refuses', /STLS(?:.|\s)*-ERR/],
    ['pop3', 'busy', /^-ERR/],
    ['postgres', 'not-offered', /^N$/],
    ['postgres', 'refuses', /^E\0\0\0.SFATAL/],
    ['mysql', 'not-offered', /Access denied/],
    ['mysql', 'refuses', /^.\0\0\0\u00ff.*not allowed/s],
  ])('%s that %s says %s', async (protocol, fault, expected) => {
    const [client, server] = await dial(protocol, { fault });
    insist(client, protocol);
    await client.hears(expected);
    expect(server.upgraded()).toBe(0);
  });

  it.each(PROTOCOLS)('%s can talk garbage', async (protocol) => {
    for (const fault of ['garbage', 'garbage-at-starttls', 'endless'] as const) {
      const [client] = await dial(protocol, { fault });
      insist(client, protocol);
      await client.hears(fault === 'endless' ? /^x{65536}/ : /no protocol that anybody knows/);
    }
  });

  it.each(PROTOCOLS)('%s can close', async (protocol) => {
    for (const fault of ['closes', 'closes-at-starttls'] as const) {
      const [client] = await dial(protocol, { fault });
      insist(client, protocol);
      await eventually(() => client.ended).toBe(true);
    }
  });

  it.each(PROTOCOLS)('%s can hang at each step', async (protocol) => {
    for (const fault of ['silent', 'hangs-at-starttls', 'hangs-in-handshake'] as const) {
      const [client, server] = await dial(protocol, { fault });
      insist(client, protocol);
      const wanted = fault === 'silent' ? 0 : SCRIPTS[protocol].length;
      await eventually(() => server.commands.length).toBe(wanted);
      await eventually(server.openConnections).toBe(1);
      expect(client.ended).toBe(false);
      client.socket.destroy();
      await eventually(server.openConnections).toBe(0);
    }
  });

  it.each(PROTOCOLS.flatMap((protocol) => FAULTS.map((fault) => [protocol, fault] as const)))(
    '%s that is at fault with %s lets go of a client that leaves',
    async (protocol, fault) => {
      const [client, server] = await dial(protocol, { fault });
      insist(client, protocol);
      await eventually(server.acceptedConnections).toBe(1);
      client.socket.destroy();
      await eventually(server.openConnections).toBe(0);
    },
  );

  it('hangs-at-capabilities greets and leaves EHLO unanswered', async () => {
    const [client, server] = await dial('smtp', { fault: 'hangs-at-capabilities', multiLineGreeting: true });
    await client.hears(/^220-.*\r\n220 .*\r\n$/);
    client.heard = '';
    client.socket.write('EHLO me.test\r\n');
    await eventually(() => server.commands).toEqual(['EHLO me.test']);
    expect(client.heard).toBe('');
  });
});
