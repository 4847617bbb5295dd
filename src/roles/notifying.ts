import type { Logger } from 'pino';
import type { TestAnswer } from '../api/trouble-deps.ts';
import type { Settings } from '../config/settings.ts';
import { channelNamed } from '../core/channel/find-channel.ts';
import type { Clock } from '../core/clock.ts';
import type { Message, MessageLinks } from '../core/notify/message.ts';
import { matches } from '../core/notify/match.ts';
import type { ReportPlan } from '../core/notify/settings.ts';
import { Redactor } from '../core/redactor.ts';
import { parseReportPeriod } from '../core/report-period.ts';
import { networkOfFile } from '../net/network-settings.ts';
import { createNetwork } from '../net/network.ts';
import { sendTest } from '../notifier/channel-test.ts';
import type { Send } from '../notifier/delivery.ts';
import { linksOf } from '../notifier/links.ts';
import { Notifier, type NotifierState } from '../notifier/notifier.ts';
import { createOutbound } from '../notifier/outbound.ts';
import { sendMessage } from '../notifier/registry.ts';
import { ScheduledReports } from '../notifier/scheduled-reports.ts';
import type { Reader } from '../query/reader.ts';
import type { Transport } from '../queue/transport.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { Closers } from './closers.ts';

/** How long a stopping process waits for messages under way, ms. */
const GRACE_MS = 2000;

/** What of the settings telling people needs. */
export type NotifyingSettings = Pick<Settings, 'channels' | 'notify' | 'network' | 'monitors' | 'secrets' | 'server'>;

export interface NotifyingDeps {
  readonly recorder: Recorder;
  readonly reader: Reader;
  readonly settings: NotifyingSettings;
  readonly queues: { readonly transport: Transport };
  /** What acknowledge links are signed with. */
  readonly secret: string;
  /** Asks for checks outside the schedule. */
  readonly recheck: (monitors: readonly string[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** The notifier of the server, and what it sends with. */
export interface Notifying {
  /** Takes over channels, addresses and reports; what is under way goes on. */
  configure(settings: NotifyingSettings): void;
  start(): void;
  /** There may be something to tell. */
  wake(): void;
  /** How telling people fares. */
  readonly state: NotifierState;
  /** Sends a test message and notes it. Rejects with `not_found`. */
  test(channel: string): Promise<TestAnswer>;
}

/** Opens the notifier; it sends nothing before `start`. */
export function openNotifying(deps: NotifyingDeps): Notifying {
  const { settings, recorder, clock, logger, closers, secret } = deps;
  const network = createNetwork({ clock, ...networkOfFile(settings.network) });
  const outbound = createOutbound(network);
  const stop = new AbortController();
  let current = settings;
  let redactor = redactorOf(settings);
  const send: Send = async (channel, message, sending, signal) => {
    const answer = await sendMessage(channel, message, sending, { ...outbound, signal });
    return { ...answer, detail: redactor.redact(answer.detail) };
  };
  const links = (message: Message): MessageLinks => linksOf(message, { publicUrl: current.server.publicUrl, secret });
  const notifier = new Notifier({
    plan: () => recorder.plan(),
    settle: (reports) => recorder.settle(reports),
    recheck: deps.recheck,
    send,
    links,
    transport: deps.queues.transport,
    clock,
    logger,
  });
  const reports = new ScheduledReports({
    make: (plan, period) => makeReport(deps, plan, period, current),
    note: (report) => recorder.noteReport(report),
    clock,
    logger,
  });
  closers.push('notifier', async () => {
    stop.abort();
    await reports.close();
    await notifier.close(GRACE_MS);
  });
  return {
    configure(next) {
      current = next;
      redactor = redactorOf(next);
      network.configure(networkOfFile(next.network));
      notifier.setChannels(next.channels);
      reports.setPlans(next.notify.reports);
    },
    start() {
      notifier.start();
      reports.start();
    },
    wake: () => notifier.wake(),
    get state() {
      return notifier.state;
    },
    async test(id) {
      const channel = channelNamed(id, current.channels);
      const { message, report } = await sendTest(channel, { clock, send, links, stop: stop.signal });
      const { outcome, detail, statusCode, retryAfter, at, tookMs } = report;
      const answer = { outcome, detail, statusCode, retryAfter };
      await recorder.noteTest({ channel: id, message, answer, at, tookMs });
      if (outcome === 'delivered') notifier.hasTaken(id);
      return { ...answer, tookMs };
    },
  };
}

/** Services send back what they are sent: no secret of any channel is written down with their answers. */
function redactorOf({ secrets }: NotifyingSettings): Redactor {
  return new Redactor(secrets);
}

async function makeReport(
  { reader, clock }: Pick<NotifyingDeps, 'reader' | 'clock'>,
  plan: ReportPlan,
  period: string,
  { monitors }: Pick<Settings, 'monitors'>,
): ReturnType<ConstructorParameters<typeof ScheduledReports>[0]['make']> {
  const ids = monitors.filter((monitor) => matches(plan.for, monitor)).map(({ id }) => id);
  if (ids.length === 0) return null;
  const now = clock.now();
  const read = parseReportPeriod({ period }, now, plan.zone);
  if ('fault' in read) throw new Error(read.fault);
  return reader.ask('report_message', { period: read, ids, now });
}
