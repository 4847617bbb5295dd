import type { TLSSocket } from 'node:tls';

/** What there is to say of a handshake, as facts of the evidence; nothing of one that did not succeed. */
export function tlsFacts(socket: TLSSocket | null): Readonly<Record<string, string>> {
  const version = socket?.getProtocol() ?? null;
  // Of a handshake under way Node knows a version and no cipher, whatever the type says.
  const cipher: { readonly name?: string } | null | undefined = socket?.getCipher();
  if (version === null || cipher?.name === undefined) return {};
  return { 'tls version': version, 'tls cipher': cipher.name };
}
