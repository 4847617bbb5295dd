import { readApiToken } from '../config/api-environment.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { AppError } from '../core/errors.ts';
import type { DeliveryAnswer } from '../core/notify/message.ts';
import type { NotifyTestOptions } from './notify-test.ts';
import { apiUrl, fetchAnswer } from './server-answers.ts';

/** What came of a test message, as the API tells it. */
export interface TestedChannel {
  readonly channel: string;
  readonly outcome: DeliveryAnswer['outcome'];
  readonly detail: string;
  readonly status_code: number | null;
  readonly took_ms: number;
}

/** Runs `longwatch notify test`; returns the exit status. Throws `not_found`, `not_authorised`, `config_…`, `server_…`. */
export async function runNotifyTest(channel: string, options: NotifyTestOptions): Promise<number> {
  const { server, config } = options;
  const token = readApiToken();
  const tested =
    server === undefined
      ? await testHere(channel, loadSettings({ file: config }), token)
      : await ask(server, token, channel);
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(tested);
  } else {
    process.stdout.write(words(tested));
  }
  return tested.outcome === 'delivered' ? 0 : 1;
}

function ask(server: string, token: string | undefined, channel: string): Promise<TestedChannel> {
  const url = apiUrl(server, `channels/${encodeURIComponent(channel)}/test`);
  return fetchAnswer<TestedChannel>(url, 'outcome', { body: {}, token: token ?? null });
}

/** The server that runs by this configuration sends it and writes it down; without one it is sent from here. */
async function testHere(channel: string, settings: Settings, token: string | undefined): Promise<TestedChannel> {
  try {
    const url = addressOf(settings.server.listen);
    return await ask(url, token ?? settings.server.apiToken ?? undefined, channel);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'server_unreachable') throw thrown;
  }
  const { testDirectly } = await import('./notify-test-direct.ts');
  return testDirectly(channel, settings);
}

/** Whoever listens on every address listens on loopback too. */
function addressOf({ host, port }: Settings['server']['listen']): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

const OUTCOMES: Readonly<Record<TestedChannel['outcome'], string>> = {
  delivered: 'took the message',
  failed: 'did not take the message now',
  refused: 'refused the message',
};

function words({ channel, outcome, detail, took_ms }: TestedChannel): string {
  return `${channel} ${OUTCOMES[outcome]} (${took_ms} ms)\n${detail}\n`;
}
