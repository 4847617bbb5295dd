/** LONGWATCH_API_TOKEN: what commands that change something show to the server; `undefined` when it is not set or empty. */
export function readApiToken(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  return env['LONGWATCH_API_TOKEN'] || undefined;
}
