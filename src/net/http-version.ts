import type { Socket } from 'node:net';

/** The versions of HTTP that an answer can have. */
export type HttpVersion = '1.0' | '1.1' | '2';

/** How much of an answer says which version it has: `HTTP/1.1`. */
const BEGINNING = 8;

/**
 * Tells the version of an answer of HTTP 1 from its first bytes, because undici does not say it. Reads what comes first
 * and puts it back before undici sees it; done with the first bytes, so it costs one look. To be called before the
 * socket is handed on.
 */
export function watchVersion(socket: Socket, found: (version: HttpVersion) => void): void {
  let seen = '';
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    socket.unshift(chunk);
    // undici takes all of it in the same turn, so what comes next is new.
    seen += chunk.toString('latin1', 0, BEGINNING);
    if (seen.length < BEGINNING) return;
    socket.off('readable', look);
    const version = /^HTTP\/(1\.[01])/.exec(seen)?.[1];
    if (version !== undefined) found(version as HttpVersion);
  };
  socket.on('readable', look);
}
