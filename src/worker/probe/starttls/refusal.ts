import { end } from '../../../net/ended.ts';
import { failure } from '../../../net/failure.ts';

/** Ends a conversation with a server that does not go on over TLS; `words`: its own, or what is missing. */
export function refused(words: string): never {
  return end(failure('starttls_refused', words));
}

/** Ends a conversation with something that does not speak the protocol. */
export function notSpoken(protocol: string): never {
  return end(failure('protocol_error', `not ${protocol}`));
}
