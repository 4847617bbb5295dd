/**
 * Servers that begin in plain text and go over to TLS when asked: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595),
 * PostgreSQL (SSLRequest) and MySQL (handshake version 10):
 *
 *     const mail = await startStarttlsServer('smtp', { fault: 'not-offered' });
 */
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { testCertificate, type CertificateName } from './certificates.ts';
import { onLines } from './line-server.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

export type StarttlsProtocol = 'smtp' | 'imap' | 'pop3' | 'postgres' | 'mysql';

/**
 * - `silent`: takes the connection and says nothing, ever
 * - `hangs-at-capabilities`: greets, then leaves EHLO, CAPABILITY or CAPA unanswered (mail only)
 * - `hangs-at-starttls`: leaves the wish for TLS unanswered
 * - `hangs-in-handshake`: agrees to TLS and says nothing after
 * - `not-offered`: does not list STARTTLS and refuses it; PostgreSQL says N; MySQL's greeting lacks CLIENT_SSL
 * - `refuses`: lists STARTTLS and refuses it; PostgreSQL answers with an error; MySQL turns the host away
 * - `busy`: greets with a code that says no (mail); PostgreSQL and MySQL as `refuses`
 * - `garbage`: greets, or for PostgreSQL answers, with bytes of no protocol
 * - `garbage-at-starttls`: agrees to TLS and sends bytes that are not TLS
 * - `injects`: agrees to TLS with more plain text behind it, which a client must not take for what came over TLS
 * - `closes`: ends the connection at once
 * - `closes-at-starttls`: ends it when asked for TLS
 * - `endless`: greets with a line, or for MySQL a packet, that does not end
 */
export type StarttlsFault =
  | 'silent'
  | 'hangs-at-capabilities'
  | 'hangs-at-starttls'
  | 'hangs-in-handshake'
  | 'not-offered'
  | 'refuses'
  | 'busy'
  | 'garbage'
  | 'garbage-at-starttls'
  | 'injects'
  | 'closes'
  | 'closes-at-starttls'
  | 'endless';

export interface StarttlsOptions {
  readonly fault?: StarttlsFault;
  /** `good` unless given. */
  readonly certificate?: CertificateName;
  /** Greets with two lines (SMTP). */
  readonly multiLineGreeting?: boolean;
}

export interface StarttlsServer extends Fixture {
  /** What clients said in plain text: lines, or `SSLRequest`. */
  readonly commands: readonly string[];
  /** Connections whose handshake succeeded. */
  readonly upgraded: () => number;
}

/** One conversation, as the protocols see it. */
interface Conversation {
  readonly socket: Socket;
  readonly fault: StarttlsFault | null;
  readonly options: StarttlsOptions;
  readonly heard: (command: string) => void;
  /** Agrees with these bytes, then speaks TLS, or does what the fault says instead. */
  readonly upgrade: (agreement: string | Buffer) => void;
}

const GARBAGE = Buffer.from('\u0000\u00ff\u0007no protocol that anybody knows\r\n\r\n', 'latin1');

/** Starts a server on a free port of the loopback. */
export async function startStarttlsServer(
  protocol: StarttlsProtocol,
  options: StarttlsOptions = {},
): Promise<StarttlsServer> {
  const commands: string[] = [];
  const secureContext = createSecureContext(testCertificate(options.certificate ?? 'good'));
  let upgraded = 0;
  const server = createServer((socket) => {
    const fault = options.fault ?? null;
    if (fault === 'closes') return dismiss(socket, '');
    if (fault === 'silent') return void socket.resume();
    if (fault === 'endless') return babble(socket.resume());
    CONVERSATIONS[protocol]({
      socket,
      fault,
      options,
      heard: (command) => commands.push(command),
      upgrade(agreement) {
        if (fault === 'hangs-at-starttls') return;
        if (fault === 'closes-at-starttls') return void socket.end();
        socket.write(agreement);
        if (fault === 'hangs-in-handshake') return;
        if (fault === 'injects') socket.write('250 injected\r\n');
        if (fault === 'garbage-at-starttls') return void socket.write(GARBAGE);
        const secure = new TLSSocket(socket, { isServer: true, secureContext });
        secure.on('error', () => undefined);
        secure.on('secure', () => (upgraded += 1));
        secure.resume();
      },
    });
  });
  return { ...(await openFixture(server)), commands, upgraded: () => upgraded };
}

const CONVERSATIONS: Readonly<Record<StarttlsProtocol, (conversation: Conversation) => void>> = {
  smtp: smtp,
  imap: imap,
  pop3: pop3,
  postgres: postgres,
  mysql: mysql,
};

function smtp(conversation: Conversation): void {
  const { socket, fault, options } = conversation;
  if (fault === 'busy') return dismiss(socket, '554 5.3.2 no service here\r\n');
  greet(
    conversation,
    `${options.multiLineGreeting === true ? '220-mail.test welcomes you\r\n' : ''}220 mail.test ESMTP\r\n`,
  );
  converse(conversation, (line) => {
    if (/^ehlo /i.test(line)) {
      if (fault === 'hangs-at-capabilities') return;
      const offer = fault === 'not-offered' ? '' : '250-STARTTLS\r\n';
      socket.write(`250-mail.test\r\n250-SIZE 10000000\r\n${offer}250 8BITMIME\r\n`);
    } else if (/^starttls$/i.test(line)) {
      if (fault === 'not-offered') socket.write('502 5.5.1 unknown command\r\n');
      else if (fault === 'refuses') socket.write('454 4.7.0 TLS not available\r\n');
      else return '220 2.0.0 ready to start TLS\r\n';
    } else if (/^quit$/i.test(line)) socket.end('221 2.0.0 bye\r\n');
    else socket.write('502 5.5.2 unknown command\r\n');
    return;
  });
}

function imap(conversation: Conversation): void {
  const { socket, fault } = conversation;
  if (fault === 'busy') return dismiss(socket, '* BYE no service here\r\n');
  greet(conversation, '* OK imap.test ready\r\n');
  converse(conversation, (line) => {
    const [tag = '*', command = ''] = line.split(' ');
    if (/^capability$/i.test(command)) {
      if (fault === 'hangs-at-capabilities') return;
      const offer = fault === 'not-offered' ? '' : ' STARTTLS';
      socket.write(`* CAPABILITY IMAP4rev1${offer} LOGINDISABLED\r\n${tag} OK done\r\n`);
    } else if (/^starttls$/i.test(command)) {
      if (fault === 'not-offered') socket.write(`${tag} BAD unknown command\r\n`);
      else if (fault === 'refuses') socket.write(`${tag} NO TLS not available\r\n`);
      else return `${tag} OK begin TLS\r\n`;
    } else if (/^logout$/i.test(command)) socket.end(`* BYE bye\r\n${tag} OK done\r\n`);
    else socket.write(`${tag} BAD unknown command\r\n`);
    return;
  });
}

function pop3(conversation: Conversation): void {
  const { socket, fault } = conversation;
  if (fault === 'busy') return dismiss(socket, '-ERR no service here\r\n');
  greet(conversation, '+OK pop3.test ready\r\n');
  converse(conversation, (line) => {
    if (/^capa$/i.test(line)) {
      if (fault === 'hangs-at-capabilities') return;
      socket.write(`+OK\r\nTOP\r\n${fault === 'not-offered' ? '' : 'STLS\r\n'}UIDL\r\n.\r\n`);
    } else if (/^stls$/i.test(line)) {
      if (fault === 'not-offered') socket.write('-ERR unknown command\r\n');
      else if (fault === 'refuses') socket.write('-ERR TLS not available\r\n');
      else return '+OK begin TLS\r\n';
    } else if (/^quit$/i.test(line)) socket.end('+OK bye\r\n');
    else socket.write('-ERR unknown command\r\n');
    return;
  });
}

function greet({ socket, fault }: Conversation, greeting: string): void {
  socket.write(fault === 'garbage' ? GARBAGE : greeting);
}

/** Hears lines until `answer` returns the words that agree to TLS. */
function converse({ socket, heard, upgrade }: Conversation, answer: (line: string) => string | undefined): void {
  const stop = onLines(socket, (line) => {
    heard(line);
    const agreement = answer(line);
    if (agreement === undefined) return;
    stop();
    upgrade(agreement);
  });
}

// 1234 and 5679 in the two halves: the code of an SSLRequest ("Message Formats" in PostgreSQL's manual).
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

function postgres({ socket, fault, heard, upgrade }: Conversation): void {
  hear(socket, SSL_REQUEST.length, (request) => {
    const known = request.equals(SSL_REQUEST);
    heard(known ? 'SSLRequest' : request.toString('hex'));
    if (fault === 'garbage') socket.write(GARBAGE);
    else if (fault === 'not-offered') socket.write('N');
    else if (known && fault !== 'refuses' && fault !== 'busy') upgrade('S');
    else socket.end(postgresError('unsupported frontend protocol'));
  });
}

function postgresError(words: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C0A000\0M${words}\0\0`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}

// Of the capability flags in "Protocol::HandshakeV10" and "Protocol::SSLRequest" of MySQL's internals.
const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SSL = 0x800;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH_HIGH = 0x8;

function mysql({ socket, fault, heard, upgrade }: Conversation): void {
  if (fault === 'garbage') return void socket.resume().write(GARBAGE);
  // 1130: the host is not allowed to connect.
  const isRefused = fault === 'refuses' || fault === 'busy';
  if (isRefused) return dismiss(socket, mysqlPacket(0, mysqlError(1130, 'Host is not allowed')));
  socket.write(mysqlPacket(0, mysqlGreeting(fault !== 'not-offered')));
  hear(socket, 36, (packet) => {
    const asksForTls = packet.readUIntLE(0, 3) === 32 && (packet.readUInt32LE(4) & CLIENT_SSL) !== 0;
    heard(asksForTls ? 'SSLRequest' : packet.toString('hex'));
    // MySQL agrees in silence.
    if (asksForTls && fault !== 'not-offered') upgrade('');
    else socket.end(mysqlPacket(2, mysqlError(1045, 'Access denied')));
  });
}

function mysqlGreeting(offersTls: boolean): Buffer {
  const low = CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION | (offersTls ? CLIENT_SSL : 0);
  return Buffer.concat([
    Buffer.from('\x0a8.0.36-test\0', 'latin1'),
    littleEndian(7, 4),
    Buffer.from('abcdefgh\0'),
    littleEndian(low, 2),
    littleEndian(45, 1),
    littleEndian(2, 2),
    littleEndian(CLIENT_PLUGIN_AUTH_HIGH, 2),
    littleEndian(21, 1),
    Buffer.alloc(10),
    Buffer.from('ijklmnopqrst\0caching_sha2_password\0'),
  ]);
}

function mysqlError(code: number, words: string): Buffer {
  return Buffer.concat([Buffer.from([0xff]), littleEndian(code, 2), Buffer.from(`#08004${words}`)]);
}

function mysqlPacket(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat([littleEndian(payload.length, 3), littleEndian(sequence, 1), payload]);
}

function littleEndian(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

/** Calls back once, when this many bytes have come; what comes after is left to the next listener. */
function hear(socket: Socket, bytes: number, heard: (message: Buffer) => void): void {
  const listen = (): void => {
    const message = socket.read(bytes) as Buffer | null;
    if (message === null) return;
    socket.off('readable', listen);
    heard(message);
    // Whoever does not read does not see the client leave.
    socket.resume();
  };
  socket.on('readable', listen);
}

/** Ends the connection, and reads on, or the client would not be seen to leave. */
function dismiss(socket: Socket, words: string | Buffer): void {
  socket.resume().end(words);
}

function babble(socket: Socket): void {
  const words = Buffer.alloc(65_536, 'x');
  const more = (): void => {
    while (!socket.destroyed && socket.write(words));
  };
  socket.on('drain', more);
  more();
}
