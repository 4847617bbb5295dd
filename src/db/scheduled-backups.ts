import { fork, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { toError } from '../core/errors.ts';
import type { BackupPlan } from '../core/history/retention.ts';
import { backupsIn, removePartOf } from './backup-folder.ts';
import type { BackupOrder, BackupOutcome } from './backup-process.ts';
import { threadEntry } from './thread-entry.ts';

/** How often it is looked whether a backup is due, ms; and first, when a server has had time to start. */
const LOOK_EVERY_MS = 30_000;
const FIRST_LOOK_MS = 10_000;
/** After one that failed: the first and the longest wait, ms, never more than the plan's own. */
const RETRY_MS = [60_000, 3_600_000] as const;
/** Behind everything that measures and writes. */
const LOW_PRIORITY = 10;

/** What scheduled backups need. */
export interface ScheduledBackupsOptions {
  /** The database. */
  readonly path: string;
  readonly plan: BackupPlan;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes backups as planned. When the next one is due follows from the newest one in the folder, so a restart changes
 * nothing. Each is made by a process of its own: a copy may take minutes, and a thread inside SQLite would keep this
 * process from ending for as long.
 */
export class ScheduledBackups {
  readonly #options: ScheduledBackupsOptions;
  #timer: NodeJS.Timeout | undefined;
  #making: Promise<void> | undefined;
  #child: ChildProcess | undefined;
  #failures = 0;
  #notBefore = 0;
  #closed = false;

  constructor(options: ScheduledBackupsOptions) {
    this.#options = options;
  }

  /** Begins to look at the clock. */
  start(): void {
    this.#timer = setTimeout(() => {
      void this.look();
      this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    }, FIRST_LOOK_MS).unref();
  }

  /** Makes a backup when one is due; resolves when there is nothing to do any more. Never rejects. */
  look(): Promise<void> {
    this.#making ??= this.#makeWhenDue().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Gives up what is half made, and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
    await this.#making;
  }

  async #makeWhenDue(): Promise<void> {
    const { clock, logger, plan } = this.#options;
    const now = clock.now();
    try {
      if (this.#closed || clock.monotonic() < this.#notBefore || !isDue(plan, now)) return;
      const outcome = await this.#order({ path: this.#options.path, folder: plan.folder, keep: plan.keep, now });
      if (this.#closed) return;
      if ('fault' in outcome) {
        this.#fail(outcome.fault.message, outcome.fault);
        return;
      }
      this.#failures = 0;
      logger.info({ ...outcome.report, removed: outcome.removed }, 'backup made and verified');
    } catch (thrown) {
      if (!this.#closed) this.#fail(toError(thrown).message, { err: thrown });
    }
  }

  #fail(why: string, details: object): void {
    const { clock, logger, plan } = this.#options;
    const [first, longest] = RETRY_MS;
    const wait = Math.min(plan.every, longest, first * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = clock.monotonic() + wait;
    logger.error({ ...details, retryInMs: wait }, `no backup could be made: ${why}`);
  }

  #order(order: BackupOrder): Promise<BackupOutcome> {
    const entry = threadEntry(import.meta.url, 'backup-process');
    const child = fork(fileURLToPath(entry.url), [...entry.argv], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    if (child.pid !== undefined) lowerPriority(child.pid);
    return new Promise((resolve, reject) => {
      child.once('message', (outcome: BackupOutcome) => resolve(outcome));
      child.once('error', reject);
      child.once('exit', (status, signal) => {
        removePartOf(child.pid, order.folder);
        reject(new Error(`the process for it ended with ${signal ?? status}`));
      });
      child.send(order);
    });
  }
}

/** A backup from the future was made under a clock that was set back since: it says nothing about when the next is due. */
function isDue({ folder, every }: BackupPlan, now: number): boolean {
  try {
    const newest = backupsIn(folder).find(({ at }) => at <= now);
    return newest === undefined || now - newest.at >= every;
  } catch {
    // The attempt says what is wrong with the folder, and notes it.
    return true;
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // Not allowed here, or it has ended already.
  }
}
