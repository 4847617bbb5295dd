/** What the commands that act on a running server read from the environment. */
export interface ActionEnvironment {
  /** LONGWATCH_URL: the address of the server. */
  readonly url: string | undefined;
  /** LONGWATCH_API_TOKEN: the value of its `server.api_token`, out of sight of whoever lists processes. */
  readonly token: string | undefined;
}

/** Reads them from this process; an empty variable counts as one that is not set. */
export function readActionEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ActionEnvironment {
  return { url: env['LONGWATCH_URL'] || undefined, token: env['LONGWATCH_API_TOKEN'] || undefined };
}
