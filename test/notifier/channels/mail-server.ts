import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { testCertificate, type CertificateName } from '../../targets/certificates.ts';

/** What a mail server is like. */
export interface MailServerOptions {
  /** TLS from the first byte. */
  readonly secure?: boolean;
  /** Whether it offers STARTTLS. */
  readonly starttls?: boolean;
  readonly certificate?: CertificateName;
  /** Who may log in; without it there is no login. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Answers in place of the usual ones, by the beginning of a command; `.` is the end of the data, `hello` the greeting. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Falls silent at a command, or hangs up. */
  readonly silentAt?: string;
  readonly closesAt?: string;
}

/** A mail that was taken. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, without the dots that were doubled. */
  readonly data: string;
  readonly secured: boolean;
  readonly user: string | null;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** Every command, those inside TLS included. */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

/** One conversation in SMTP (RFC 5321), written out line by line. */
class Session {
  readonly #options: MailServerOptions;
  readonly #server: { mails: TakenMail[]; commands: string[] };
  #socket: Socket;
  #secured: boolean;
  #heard = '';
  #data: string | null = null;
  #user: string | null = null;
  #from = '';
  #to: string[] = [];

  constructor(socket: Socket, options: MailServerOptions, server: { mails: TakenMail[]; commands: string[] }) {
    this.#socket = socket;
    this.#options = options;
    this.#server = server;
    this.#secured = options.secure === true;
    this.#listen();
    this.#answer('hello', '220 mail.example ESMTP');
  }

  #listen(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk) => {
      this.#heard += chunk.toString('latin1');
      for (let end = this.#heard.indexOf('\r\n'); end !== -1; end = this.#heard.indexOf('\r\n')) {
        const line = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end + 2);
        if (this.#data === null) this.#command(line);
        else this.#dataLine(line);
      }
    });
  }

  #dataLine(line: string): void {
    if (line !== '.') {
      this.#data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
      return;
    }
    const data = this.#data ?? '';
    this.#data = null;
    if (this.#answer('.', '250 queued as 1')) {
      this.#server.mails.push({ from: this.#from, to: this.#to, data, secured: this.#secured, user: this.#user });
    }
  }

  #command(line: string): void {
    this.#server.commands.push(line);
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    if (verb === 'EHLO') return void this.#answer(line, this.#offers());
    if (verb === 'STARTTLS') return this.#goSecure();
    if (verb === 'AUTH') return this.#login(line);
    if (verb === 'MAIL') {
      this.#from = /<([^>]*)>/.exec(line)?.[1] ?? '';
      this.#to = [];
      return void this.#answer(line, '250 ok');
    }
    if (verb === 'RCPT') {
      if (this.#answer(line, '250 ok')) this.#to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
      return;
    }
    if (verb === 'DATA') {
      if (this.#answer(line, '354 go on')) this.#data = '';
      return;
    }
    if (verb === 'QUIT') {
      this.#say('221 bye');
      this.#socket.end();
      return;
    }
    this.#answer(line, '502 what?');
  }

  #offers(): string {
    const starttls = this.#options.starttls === true && !this.#secured ? ['STARTTLS'] : [];
    const auth = this.#options.login !== undefined ? ['AUTH PLAIN'] : [];
    const offers = ['mail.example', ...starttls, ...auth, '8BITMIME'];
    return offers.map((offer, place) => `250${place === offers.length - 1 ? ' ' : '-'}${offer}`).join('\r\n');
  }

  #goSecure(): void {
    const offered = this.#options.starttls === true && !this.#secured;
    if (!this.#answer('STARTTLS', offered ? '220 go' : '502 what?')) return;
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const secureContext = createSecureContext(testCertificate(this.#options.certificate ?? 'good'));
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext });
    this.#secured = true;
    this.#heard = '';
    this.#listen();
  }

  #login(line: string): void {
    const given = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString();
    const { username, password } = this.#options.login ?? { username: '', password: '' };
    const fits = given === `\0${username}\0${password}`;
    if (fits) this.#user = username;
    // Some servers repeat what they were given.
    this.#answer(line, fits ? '235 welcome' : `535 5.7.8 ${line} is not right`);
  }

  /** Answers a command, by the options when they have an answer to it; whether the answer was a good one. */
  #answer(command: string, usual: string): boolean {
    const { answers = {}, silentAt, closesAt } = this.#options;
    if (silentAt !== undefined && command.startsWith(silentAt)) return false;
    if (closesAt !== undefined && command.startsWith(closesAt)) {
      this.#socket.destroy();
      return false;
    }
    const [, own] = Object.entries(answers).find(([beginning]) => command.startsWith(beginning)) ?? [];
    this.#say(own ?? usual);
    return !/^[45]/.test(own ?? usual);
  }

  #say(words: string): void {
    this.#socket.write(`${words}\r\n`);
  }
}

/** Starts a mail server on a port of its own. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const kept = { mails: [] as TakenMail[], commands: [] as string[] };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    socket.on('error', () => undefined);
    if (options.secure !== true) return void new Session(socket, options, kept);
    const secureContext = createSecureContext(testCertificate(options.certificate ?? 'good'));
    const secured = new TLSSocket(socket, { isServer: true, secureContext });
    secured.on('error', () => undefined);
    secured.once('secure', () => new Session(secured, options, kept));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...kept,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
