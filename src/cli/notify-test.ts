import { AppError } from '../core/errors.ts';
import type { DeliveryAnswer } from '../core/notify/message.ts';
import { actOnServer, type ActionOptions } from './server-access.ts';

/** What came of a test message, as the API tells it. */
export interface TestedChannel {
  readonly channel: string;
  readonly outcome: DeliveryAnswer['outcome'];
  readonly detail: string;
  readonly status_code: number | null;
  readonly took_ms: number;
}

/** `longwatch notify test <channel>`. Throws `not_found`, `not_authorised`, `not_allowed`, `config_…` and `server_…`. */
export async function testChannel(channel: string, options: ActionOptions): Promise<void> {
  const tested = await sendTest(channel, options);
  if (tested.outcome !== 'delivered') process.exitCode = 1;
  if (options.json === true) {
    const { printJson } = await import('./output.ts');
    printJson(tested);
    return;
  }
  const { harmless, shortMs } = await import('./words.ts');
  const { outcome, took_ms: tookMs, detail } = tested;
  const mark = outcome === 'delivered' ? '✔' : '✖';
  process.stdout.write(`${harmless(`${mark} ${channel}: ${outcome} in ${shortMs(tookMs)}: ${detail}`)}\n`);
}

/** The server sends it and writes it down. When none runs by a configuration that was named, it is sent from here. */
async function sendTest(channel: string, options: ActionOptions): Promise<TestedChannel> {
  const path = `channels/${encodeURIComponent(channel)}/test`;
  try {
    return await actOnServer<TestedChannel>(options, path, { key: 'outcome' });
  } catch (thrown) {
    const isAway = thrown instanceof AppError && thrown.code === 'server_unreachable';
    if (!isAway || options.server !== undefined || options.config === undefined) throw thrown;
  }
  const { loadSettings } = await import('../config/load-settings.ts');
  const { testDirectly } = await import('./notify-test-direct.ts');
  return testDirectly(channel, loadSettings({ file: options.config }));
}
