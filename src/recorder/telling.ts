import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { DeliveryAnswer, DeliveryReport, Message } from '../core/notify/message.ts';
import type { PlanReport } from '../core/notify/plan-report.ts';
import type { ActionReceipt, TroubleAction } from '../core/trouble/action.ts';
import type { Thread } from '../db/thread.ts';

/** A message that somebody asked for, to see whether it arrives. */
export interface SentTest {
  readonly channel: string;
  readonly message: Message;
  readonly answer: DeliveryAnswer;
  /** When it was sent, ms since the epoch. */
  readonly at: number;
  readonly tookMs: Milliseconds;
}

/** A summary of a period that is to be sent. Its message's id says which one it is. */
export interface DueReport {
  readonly channel: string;
  readonly message: Message;
}

/** The part of the recorder that knows who is told of what. Each rejects with `db_…` when the database cannot be used. */
export interface Telling {
  /** Decides what is told of what happened, and hands out what is to be sent now. */
  plan(): Promise<PlanReport>;
  /** Resolves when it is committed what became of these attempts. One that is settled already is left as it is. */
  settle(reports: readonly DeliveryReport[]): Promise<void>;
  /** Does what a user wants done about trouble. Rejects with `not_found` and `bad_request`. */
  act(action: TroubleAction): Promise<ActionReceipt>;
  /** Writes down what became of a test message. */
  noteTest(test: SentTest): Promise<void>;
  /** Has a report sent; `false` when a message with its id is there already. */
  noteReport(report: DueReport): Promise<boolean>;
}

/** What can be asked of the writer thread about telling people; `now` is ms since the epoch. */
export type TellingMethods = {
  readonly plan: (argument: { readonly now: number }) => PlanReport;
  readonly settle: (argument: { readonly reports: readonly DeliveryReport[]; readonly now: number }) => void;
  readonly act: (argument: { readonly action: TroubleAction; readonly now: number }) => ActionReceipt;
  readonly noteTest: (argument: { readonly test: SentTest; readonly now: number }) => void;
  readonly noteReport: (argument: { readonly report: DueReport; readonly now: number }) => boolean;
};

/** The side of the main thread. `onEvents` is told after an action: there may be something to tell. */
export function tellingOf(
  ready: () => Promise<Pick<Thread<TellingMethods>, 'call'>>,
  clock: Clock,
  onEvents: () => void,
): Telling {
  return {
    plan: async () => (await ready()).call('plan', { now: clock.now() }),
    settle: async (reports) => (await ready()).call('settle', { reports, now: clock.now() }),
    act: async (action) => {
      const receipt = await (await ready()).call('act', { action, now: clock.now() });
      onEvents();
      return receipt;
    },
    noteTest: async (test) => (await ready()).call('noteTest', { test, now: clock.now() }),
    noteReport: async (report) => {
      const isNew = await (await ready()).call('noteReport', { report, now: clock.now() });
      if (isNew) onEvents();
      return isNew;
    },
  };
}
