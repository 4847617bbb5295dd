import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import { readActionEnvironment } from '../config/action-environment.ts';
import type { Settings } from '../config/settings.ts';
import { AppError, toError } from '../core/errors.ts';
import { readServer } from './history-options.ts';
import { apiUrl, fetchAnswer } from './server-answers.ts';

/** Which server a command acts on, and as who. */
export interface ActionOptions {
  readonly server?: string;
  readonly config?: string;
  readonly by?: string;
  readonly json?: true;
}

interface ServerAccess {
  readonly server: string;
  readonly token: string | null;
}

const LOCAL_SERVER = 'http://127.0.0.1:8080';
const LONGEST_NAME = 100;

/** Words for the help of every command that acts. */
export const ACTION_NOTES = `
The server is that of --server, of LONGWATCH_URL, or the one of the configuration, on this machine. If it has a
server.api_token, the command sends LONGWATCH_API_TOKEN, or the token of the configuration that names the server.`;

/** Adds the options of every command that acts on a running server. */
export function withActionOptions(command: Command): Command {
  return command
    .addOption(new Option('--server <url>', 'the address of the server').argParser(readServer))
    .option('-c, --config <file>', 'the configuration of the server: its address and its token')
    .option('--by <name>', 'who does it, for the timeline (default: the name of this user)')
    .option('--json', 'print JSON');
}

/** Acts over the API of the server that the options name; the answer has something under `key`. */
export async function actOnServer<Answer>(
  options: ActionOptions,
  path: string,
  { key, body = {} }: { readonly key: string; readonly body?: object },
): Promise<Answer> {
  const { server, token } = await accessOf(options);
  return await fetchAnswer<Answer>(apiUrl(server, path), key, { body, token });
}

/** Who does it. */
export function doerOf({ by }: ActionOptions): string {
  return (by ?? userInfo().username).slice(0, LONGEST_NAME);
}

async function accessOf({ server, config }: ActionOptions): Promise<ServerAccess> {
  const environment = readActionEnvironment();
  const named = server ?? addressIn(environment.url);
  const token = tokenIn(environment.token);
  // A token that is in some file here is meant for the server of that file, and for no other.
  if (named !== undefined && config === undefined) return { server: named, token };
  const settings = await settingsOf(config);
  if (settings === undefined) return { server: LOCAL_SERVER, token };
  // Somebody who names both says that they belong together; a variable may be left over from something else.
  const isOwn = named === undefined || server !== undefined || isServerOf(settings, named);
  return { server: named ?? addressOf(settings), token: token ?? (isOwn ? settings.server.apiToken : null) };
}

/** What a header cannot bring would be told by the error of whoever builds it. */
function tokenIn(variable: string | undefined): string | null {
  const token = variable?.trim() ?? '';
  if (/[^!-~]/.test(token)) {
    throw new AppError('usage', 'LONGWATCH_API_TOKEN holds no token: letters, digits and signs of ASCII only', {
      hint: 'It has to be the value of server.api_token in the configuration of the server.',
    });
  }
  return token === '' ? null : token;
}

function addressIn(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  try {
    return readServer(url);
  } catch (thrown) {
    throw new AppError('usage', `LONGWATCH_URL is not the address of a server. ${toError(thrown).message}`);
  }
}

async function settingsOf(file: string | undefined): Promise<Settings | undefined> {
  const { loadSettings } = await import('../config/load-settings.ts');
  try {
    return loadSettings({ file });
  } catch (thrown) {
    if (file === undefined && thrown instanceof AppError && thrown.code === 'config_not_found') return undefined;
    throw thrown;
  }
}

function isServerOf(settings: Settings, named: string): boolean {
  const own = [addressOf(settings), settings.server.publicUrl];
  return own.some((url) => url !== null && new URL(url).origin === new URL(named).origin);
}

/** Where the server of a configuration can be reached from this machine. */
function addressOf({ server: { listen } }: Settings): string {
  const { host, port } = listen;
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
