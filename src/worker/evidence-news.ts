import type { Clock } from '../core/clock.ts';
import type { Milliseconds } from '../core/duration.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Outcome } from '../core/outcome.ts';

/** Evidence of a monitor that goes on as it was is handed on so often, that it may be seen how old it is. */
const AGAIN_AFTER: Milliseconds = 3_600_000;
/**
 * Addresses and certificates are news at most so often: behind many names there are several of each, and every check
 * meets another.
 */
const CHANGE_AFTER: Milliseconds = 300_000;
/** Memory is bounded whatever comes and goes: about 100 bytes a monitor. Beyond, everything is news once more. */
const MOST_MONITORS = 500_000;

/** What was handed on last of one monitor. */
interface Told {
  status: Outcome['status'];
  reason: Outcome['reason'];
  /** A hash of the addresses that were tried and of the target's own certificate. */
  seen: number;
  /** Monotonic, whole seconds: a small number needs no memory of its own. */
  at: number;
}

/**
 * Knows which evidence is news, so that queue and database carry that alone: the first of a monitor in this process,
 * another status or reason, another certificate or address, or nothing new for an hour.
 */
export class EvidenceNews {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #told = new Map<string, Told>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Whether the evidence of this outcome should be handed on; it then counts as told. */
  isNews(monitor: string, { status, reason, evidence }: Outcome): boolean {
    if (evidence === null) return false;
    const at = Math.floor(this.#clock.monotonic() / 1000);
    const seen = hashOf(evidence);
    const told = this.#told.get(monitor);
    if (told === undefined) {
      if (this.#told.size >= MOST_MONITORS) this.#told.clear();
      this.#told.set(monitor, { status, reason, seen, at });
      return true;
    }
    const age = (at - told.at) * 1000;
    const verdictChanged = told.status !== status || told.reason !== reason;
    if (!verdictChanged && age < (told.seen === seen ? AGAIN_AFTER : CHANGE_AFTER)) return false;
    Object.assign(told, { status, reason, seen, at });
    return true;
  }
}

/** FNV-1a over what identifies a target. */
function hashOf({ attempts, certificates }: Evidence): number {
  let hash = 0x811c9dc5;
  for (const { address } of attempts) hash = hashText(hash, address);
  const leaf = certificates[0]?.fingerprint;
  return leaf === undefined ? hash : hashText(hash, leaf);
}

function hashText(from: number, text: string): number {
  let hash = from;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
