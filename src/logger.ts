import { pino, type DestinationStream, type Level, type Logger } from 'pino';

/**
 * The program's log, on standard error: lines for people on a terminal, JSON otherwise. Values that came from `${…}`
 * in the configuration are struck out wherever they would appear, in plain, JSON, URL and base64 form.
 */
export interface ProgramLog {
  readonly logger: Logger;
  /** Takes over the secrets of a new configuration, beside the ones known so far. */
  readonly hide: (secrets: readonly string[]) => void;
}

/** Opens the log at `level`. Loads the pretty printer only for a terminal. */
export async function openLog(level: Level): Promise<ProgramLog> {
  const hidden = new Set<string>();
  const raw: DestinationStream = process.stderr.isTTY ? await prettyStream() : process.stderr;
  const stream: DestinationStream = { write: (line) => raw.write(strikeOut(line, hidden)) };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    logger,
    hide: (secrets) => {
      for (const secret of secrets) for (const form of formsOf(secret)) hidden.add(form);
    },
  };
}

async function prettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, destination: 2, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' });
}

function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ];
}

function strikeOut(line: string, hidden: ReadonlySet<string>): string {
  let clean = line;
  for (const form of hidden) if (clean.includes(form)) clean = clean.replaceAll(form, '[hidden]');
  return clean;
}
