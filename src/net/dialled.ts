import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Attempt, Certificate } from '../core/evidence.ts';
import { readCertificates } from './certificate.ts';
import { Dial, type DialTarget } from './dial.ts';
import { end } from './ended.ts';
import type { Failure } from './failure.ts';
import type { NetContext } from './reach.ts';

/** A connection that was asked for, whatever came of it: what all conversations have. */
export abstract class Dialled {
  protected readonly context: NetContext;
  readonly #target: DialTarget;
  #dial: Dial | null = null;

  constructor(target: DialTarget, context: NetContext) {
    this.#target = target;
    this.context = context;
  }

  /** Dials, with the handshake that the target asks for; until the deadline at most. */
  protected async dial(): Promise<Socket> {
    const result = await new Promise<Socket | Failure>((resolve) => {
      const dial = new Dial(this.#target, this.context, resolve);
      this.#dial = dial;
      this.context.deadline.whenOver(() => resolve(dial.timeoutFailure()));
      dial.start();
    });
    return 'reason' in result ? end(result) : result;
  }

  /** The socket that is talked over now. */
  abstract get socket(): Socket | null;

  /** Ends the conversation in any state, politely when it went well. Never waits for the other side. */
  abstract leave(wentWell: boolean): void;

  protected abandon(): void {
    this.#dial?.abandon();
  }

  /** The socket when it speaks TLS, be its certificate bad; else `null`. */
  get tlsSocket(): TLSSocket | null {
    return this.socket instanceof TLSSocket ? this.socket : null;
  }

  /** The chain the other side showed, be it bad; empty where it showed none. */
  certificates(): readonly Certificate[] {
    const bad = this.#dial?.badCertificates ?? [];
    return bad.length > 0 || this.tlsSocket === null ? bad : readCertificates(this.tlsSocket);
  }

  /** The address dialled last. */
  get address(): string | null {
    return this.#dial?.address ?? null;
  }

  attempts(): readonly Attempt[] {
    return this.#dial?.attempts() ?? [];
  }
}
