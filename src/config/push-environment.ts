/** What `longwatch push` reads from the environment. Apart from the other settings, so that it starts fast. */
export interface PushEnvironment {
  /** LONGWATCH_URL: the address of the server. */
  readonly url: string | undefined;
  /** LONGWATCH_PUSH_TOKEN: the token, out of sight of whoever lists processes. */
  readonly token: string | undefined;
}

/** Reads them from this process; an empty variable counts as one that is not set. */
export function readPushEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): PushEnvironment {
  return { url: env['LONGWATCH_URL'] || undefined, token: env['LONGWATCH_PUSH_TOKEN'] || undefined };
}
