import type { buildConnector } from 'undici';
import { Client } from './undici-client.ts';

/** The deadline is ours: it reaches every phase, to the millisecond. */
const OPTIONS = { headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 32_768, pingInterval: 0 } as const;

/** Opens the connection a Client asks for, and hands it to the callback. */
export type Connect = (connected: buildConnector.Callback) => void;

/** One of undici's Clients, over the connections of whoever has it at the time. */
export interface LentClient {
  readonly client: Client;
  /** Whether it can serve another borrower: its requests carry their own header `host`. */
  readonly isShared: boolean;
  connect: Connect;
}

/** So many Clients wait at most; there are more only while more requests are under way. */
const MOST_IDLE = 1000;

/**
 * undici's Clients between two requests. Making one takes time, and it need not know whose request it sends: the
 * connection and the header `host` are its borrower's. Over HTTP 1.1 alone; HTTP/2 takes the host from the Client.
 */
export class IdleClients {
  readonly #idle: LentClient[] = [];

  /** A Client without connection. When the request is dispatched, which must have a header `host`, it calls `connect`. */
  borrow(connect: Connect): LentClient {
    const lent = this.#idle.pop();
    if (lent === undefined) return open('http://borrower.invalid', connect, true);
    lent.connect = connect;
    return lent;
  }

  /** Takes a Client back whose request was answered in full and whose connection is closed. */
  takeBack(lent: LentClient): void {
    lent.connect = refuse;
    if (lent.isShared && this.#idle.length < MOST_IDLE) this.#idle.push(lent);
  }
}

/** A Client for one origin, which is not lent again. */
export function ownClient(origin: string, connect: Connect): LentClient {
  return open(origin, connect, false);
}

function open(origin: string, connect: Connect, isShared: boolean): LentClient {
  const client = new Client(origin, { ...OPTIONS, connect: (_options, connected) => lent.connect(connected) });
  const lent: LentClient = { client, isShared, connect };
  return lent;
}

function refuse(connected: buildConnector.Callback): void {
  connected(new Error('nobody has borrowed this client'), null);
}
