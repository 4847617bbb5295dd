import type { Socket } from 'node:net';
import type { Milliseconds } from '../core/duration.ts';
import { Dialled } from './dialled.ts';
import { end } from './ended.ts';
import { failure, failureOf, timeoutFailure, type Failure } from './failure.ts';
import { shakeHands, type TlsRequest } from './tls.ts';

/** How waiting for more ended: with more, without for as long as was asked, or for good. */
export type Waited = 'more' | 'quiet' | 'closed' | 'full' | 'over';

/** So many bytes are listened to in one turn; whoever says more has nothing to say that was waited for. */
const MOST_HEARD = 65_536;
const LONGEST_LINE = 8192;
const NOTHING = Buffer.alloc(0);

/**
 * A connection of its own that is talked over in turns, within one deadline. Every step either does what it says or
 * throws {@link ConversationEnded}. Whoever makes one must `leave` it. What is said and waited for counts as phase `wait`.
 */
export class Conversation extends Dialled {
  /** What a polite client says before it leaves; `null` for nothing. */
  goodbye: string | null = null;
  #socket: Socket | null = null;
  #error: Error | null = null;
  #closed = false;
  #over = false;
  #heard: Buffer = NOTHING;
  #hasMore = false;
  #wake: () => void = ignore;
  #stopListening: () => void = ignore;

  /** Connects, with the handshake that the target asks for. */
  async connect(): Promise<void> {
    this.#listenTo(await this.dial());
  }

  /** Goes on over TLS on the connection there is. What was said before must have been heard to its end. */
  async secure(request: TlsRequest): Promise<void> {
    const plain = this.#alive();
    // CVE-2011-0411: words smuggled in before the handshake must not pass for words that came over TLS.
    if (this.#heard.length > 0) end(failure('protocol_error', 'plain text behind the agreement to TLS'));
    this.#stopListening();
    const { socket, failure: why } = await shakeHands(plain, request, this.context);
    this.#listenTo(socket);
    if (why !== null) end(why);
  }

  /** Says something; resolves when the system has taken it. */
  async say(words: string | Buffer): Promise<void> {
    this.context.phases.enter('wait');
    const socket = this.#alive();
    socket.write(words, () => this.#wake());
    while (socket.writableLength > 0) {
      await this.#change();
      this.#alive();
    }
  }

  /**
   * Waits until more is said than was when this was last asked, until the other side closes, the deadline passes, or
   * 64 KiB have been heard; with `patience` until so long nothing was said.
   */
  async more(patience?: Milliseconds): Promise<Waited> {
    this.context.phases.enter('wait');
    for (let isQuiet = false; ;) {
      if (this.#heard.length >= MOST_HEARD) return 'full';
      if (this.#hasMore) {
        this.#hasMore = false;
        return 'more';
      }
      if (this.#error !== null) end(failureOf(this.#error, 'wait'));
      if (this.#closed) return 'closed';
      if (this.#over) return 'over';
      if (isQuiet) return 'quiet';
      isQuiet = await this.#change(patience);
    }
  }

  /** Lets what is said pile up for so long, or until it can go on no longer. */
  async pause(span: Milliseconds): Promise<void> {
    const { clock } = this.context.network;
    const until = clock.monotonic() + span;
    while (!this.#closed && !this.#over && this.#heard.length < MOST_HEARD) {
      const rest = until - clock.monotonic();
      if (rest <= 0) return;
      await this.#change(rest);
    }
  }

  /** What was heard since this was last forgotten, read as UTF-8. */
  get heard(): string {
    return this.#heard.toString();
  }

  /** Begins a new turn. */
  forgetHeard(): void {
    this.#heard = NOTHING;
    this.#hasMore = false;
    this.#socket?.resume();
  }

  /** Waits for a line and takes it, without its end. */
  async line(): Promise<string> {
    for (let from = 0; ;) {
      const lineEnd = this.#heard.indexOf('\n', from);
      if (lineEnd !== -1) return withoutEnd(this.#take(lineEnd + 1).toString());
      from = this.#heard.length;
      if (from > LONGEST_LINE) end(failure('protocol_error', 'a line without end'));
      await this.#moreOrEnd();
    }
  }

  /** Waits for so many bytes, at most 65,535, and takes them. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#heard.length < count) await this.#moreOrEnd();
    return this.#take(count);
  }

  get socket(): Socket | null {
    return this.#socket;
  }

  leave(wentWell: boolean): void {
    if (!wentWell) return this.#destroy();
    this.#socket?.end(this.goodbye ?? '');
    // What the handshake still has to send needs a moment.
    setImmediate(() => this.#destroy());
  }

  #destroy(): void {
    // Before the socket beneath it: the other way round Node 20 may end with a segmentation fault.
    this.#socket?.destroy();
    this.abandon();
  }

  #listenTo(socket: Socket): void {
    this.#socket = socket;
    const hear = (chunk: Buffer): void => {
      this.#heard = this.#heard.length === 0 ? chunk : Buffer.concat([this.#heard, chunk]);
      if (this.#heard.length >= MOST_HEARD) socket.pause();
      this.#hasMore = true;
      this.#wake();
    };
    const close = (): void => {
      this.#closed = true;
      this.#wake();
    };
    socket.on('data', hear).on('end', close).on('close', close);
    socket.on('error', (error) => {
      this.#error ??= error;
      this.#wake();
    });
    this.#stopListening = () => socket.off('data', hear).off('end', close).off('close', close);
    this.context.deadline.whenOver(() => {
      this.#over = true;
      this.#wake();
    });
  }

  /** Waits for anything to change; with `patience` so long at most, and says whether that was it. */
  #change(patience?: Milliseconds): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = patience === undefined ? undefined : setTimeout(() => resolve(true), patience);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = ignore;
        resolve(false);
      };
    });
  }

  async #moreOrEnd(): Promise<void> {
    const waited = await this.more();
    if (waited === 'more') return;
    if (waited === 'full') end(failure('protocol_error', 'more than was asked for'));
    if (waited === 'closed') end(failure('conn_closed'));
    end(this.timeout());
  }

  /** What it means that the deadline passed while something was waited for. */
  timeout(): Failure {
    return timeoutFailure('wait', this.context.deadline.timeout);
  }

  #take(count: number): Buffer {
    const taken = this.#heard.subarray(0, count);
    this.#heard = this.#heard.subarray(count);
    this.#hasMore = false;
    return taken;
  }

  /** The socket, as long as it can be used. */
  #alive(): Socket {
    if (this.#error !== null) end(failureOf(this.#error, 'wait'));
    if (this.#over) end(this.timeout());
    if (this.#closed || this.#socket === null) end(failure('conn_closed'));
    return this.#socket;
  }
}

/** A line without the LF or CRLF at its end. */
export function withoutEnd(line: string): string {
  return line.replace(/\r?\n$/, '');
}

function ignore(): void {
  // Nobody waits.
}
