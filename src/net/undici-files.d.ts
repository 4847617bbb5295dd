/** A file of undici's that its own types do not describe. */
declare module 'undici/lib/dispatcher/client.js' {
  import type { Client } from 'undici';
  const ClientOfFile: typeof Client;
  export default ClientOfFile;
}
