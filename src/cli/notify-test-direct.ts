import type { Settings } from '../config/settings.ts';
import { channelNamed } from '../core/channel/find-channel.ts';
import { systemClock } from '../core/clock.ts';
import { Redactor } from '../core/redactor.ts';
import { networkOfFile } from '../net/network-settings.ts';
import { createNetwork } from '../net/network.ts';
import { sendTest } from '../notifier/channel-test.ts';
import { createOutbound } from '../notifier/outbound.ts';
import { sendMessage } from '../notifier/registry.ts';
import type { TestedChannel } from './notify-test.ts';

/** Sends a test message from this process. Throws `not_found`. */
export async function testDirectly(id: string, settings: Settings): Promise<TestedChannel> {
  const channel = channelNamed(id, settings.channels);
  const clock = systemClock;
  const outbound = createOutbound(createNetwork({ clock, ...networkOfFile(settings.network) }));
  const { report } = await sendTest(channel, {
    clock,
    send: (to, message, sending, signal) => sendMessage(to, message, sending, { ...outbound, signal }),
    links: () => ({ incident: null, acknowledge: null }),
    stop: new AbortController().signal,
  });
  const { outcome, statusCode, tookMs } = report;
  const detail = new Redactor(settings.secrets).redact(report.detail);
  return { channel: id, outcome, detail, status_code: statusCode, took_ms: tookMs };
}
