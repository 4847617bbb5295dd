/** Servers that talk in lines of text, or keep silent: `const redis = await startLineServer('redis')`. */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { testCertificate, type CertificateName } from './certificates.ts';
import { openFixture, type Fixture } from './open-fixture.ts';

interface LineBehaviour {
  /** What is said before the client says anything. */
  readonly greeting?: string | Buffer;
  /** What is said to a line of the client, without its end; nothing where null. */
  readonly reply?: (line: string) => string | null;
  /** Ends the connection after the greeting. */
  readonly ends?: true;
  /** Sends greeting and replies byte by byte, this far apart. */
  readonly dripMs?: number;
  /** Sends the greeting again and again. */
  readonly endless?: true;
}

function redis(line: string): string | null {
  if (/^ping$/i.test(line)) return '+PONG\r\n';
  if (/^\*|^\$/.test(line)) return null;
  return `-ERR unknown command '${line}'\r\n`;
}

function smtp(line: string): string {
  if (/^(?:ehlo|helo) /i.test(line)) return '250 mail.test\r\n';
  if (/^quit$/i.test(line)) return '221 2.0.0 bye\r\n';
  return '502 5.5.2 what?\r\n';
}

const LINE_BEHAVIOURS = {
  ssh: { greeting: 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n' },
  smtp: { greeting: '220 mail.test ESMTP\r\n', reply: smtp },
  'smtp-multi-line': { greeting: '220-mail.test ESMTP\r\n220-no spam\r\n220 ready\r\n', reply: smtp },
  'smtp-busy': { greeting: '421 4.3.2 too busy\r\n', ends: true },
  ftp: { greeting: '220 ftp.test ready\r\n' },
  /** PING, also in the wire's own form, is answered PONG. */
  redis: { reply: redis },
  echo: { reply: (line) => `${line}\r\n` },
  /** Lines end with LF alone. */
  'bare-lf': { greeting: 'ready\n', reply: (line) => `you said ${line}\n` },
  'no-line-end': { greeting: 'ready> ' },
  'drips-banner': { greeting: '220 slow.test ESMTP\r\n', reply: smtp, dripMs: 5 },
  binary: { greeting: Buffer.from('00ff01fe1b5b33316d807f0a', 'hex') },
  'invalid-utf8': { greeting: Buffer.from('caf\u00e9 ready\r\n', 'latin1') },
  'endless-banner': { greeting: 'x'.repeat(65_536), endless: true },
  'endless-lines': { greeting: '220-and so on\r\n'.repeat(1000), endless: true },
  'says-and-ends': { greeting: 'bye\r\n', ends: true },
  silent: {},
} as const satisfies Record<string, LineBehaviour>;

export type LineBehaviourName = keyof typeof LINE_BEHAVIOURS;

export interface LineServer extends Fixture {
  /** Lines of all clients, without their ends, oldest first. */
  readonly lines: readonly string[];
}

export interface LineServerOptions {
  /** The certificate to speak TLS with from the first byte. */
  readonly certificate?: CertificateName;
}

/** Starts a server of lines on a free port of the loopback. */
export async function startLineServer(name: LineBehaviourName, options: LineServerOptions = {}): Promise<LineServer> {
  const behaviour: LineBehaviour = LINE_BEHAVIOURS[name];
  const lines: string[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const serve = (socket: Socket): void => {
    socket.on('error', () => undefined);
    const say = (words: string | Buffer): void => {
      if (behaviour.dripMs === undefined) return void socket.write(words);
      timers.add(drip(socket, Buffer.from(words), behaviour.dripMs));
    };
    greet(behaviour, socket, say);
    onLines(socket, (line) => {
      lines.push(line);
      const reply = behaviour.reply?.(line) ?? null;
      if (reply !== null) say(reply);
    });
  };

  const { certificate } = options;
  const fixture = await openFixture(
    certificate === undefined ? createServer(serve) : createTlsServer(testCertificate(certificate), serve),
  );
  return {
    ...fixture,
    lines,
    close() {
      for (const timer of timers) clearInterval(timer);
      return fixture.close();
    },
  };
}

/** Calls back with each line of a socket, its LF or CRLF taken off. Returns how to stop. */
export function onLines(socket: Socket, heard: (line: string) => void): () => void {
  let rest = '';
  const listen = (piece: Buffer): void => {
    const pieces = (rest + piece.toString('latin1')).split('\n');
    rest = pieces.pop() ?? '';
    for (const line of pieces) heard(line.replace(/\r$/, ''));
  };
  socket.on('data', listen);
  return () => socket.off('data', listen);
}

function greet(behaviour: LineBehaviour, socket: Socket, say: (words: string | Buffer) => void): void {
  const { greeting } = behaviour;
  if (greeting === undefined) return;
  if (behaviour.ends === true) return void socket.end(greeting);
  if (behaviour.endless !== true) return say(greeting);
  const more = (): void => {
    while (!socket.destroyed && socket.write(greeting));
  };
  socket.on('drain', more);
  more();
}

function drip(socket: Socket, words: Buffer, everyMs: number): NodeJS.Timeout {
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || sent === words.length) return clearInterval(timer);
    socket.write(words.subarray(sent, sent + 1));
    sent += 1;
  }, everyMs);
  return timer;
}
