import { AppError, errorCode, toError } from '../core/errors.ts';
import type { ApiInstance } from './instance.ts';

/** An API that answers requests. */
export interface Listening {
  /** Where it can be reached: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests and lets those under way end. */
  close(): Promise<void>;
}

/**
 * Opens the port.
 *
 * @throws AppError `listen_in_use`, `listen_refused`
 */
export async function listen(app: ApiInstance, at: { host: string; port: number }): Promise<Listening> {
  const shown = at.host.includes(':') ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`;
  try {
    await app.listen({ host: at.host, port: at.port });
  } catch (thrown) {
    const hint = 'Choose another with server.listen in the file or LONGWATCH_LISTEN in the environment.';
    const code = errorCode(thrown);
    if (code === 'EADDRINUSE') {
      throw new AppError('listen_in_use', `${shown} is in use by another program`, { hint, cause: thrown });
    }
    const why = code === 'EACCES' ? 'this user may not open that port' : (code ?? toError(thrown).message);
    throw new AppError('listen_refused', `cannot listen on ${shown}: ${why}`, { hint, cause: thrown });
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : at.port;
  const wildcard = at.host === '0.0.0.0' || at.host === '::';
  const host = wildcard ? '127.0.0.1' : at.host.includes(':') ? `[${at.host}]` : at.host;
  return { url: `http://${host}:${port}`, close: () => app.close() };
}
