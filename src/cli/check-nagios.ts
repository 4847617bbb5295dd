import { toError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { REASONS } from '../core/reasons.ts';
import type { Status } from '../core/status.ts';
import type { Subject } from './check-lines.ts';

/** Exit status and word of each status (Monitoring Plugins Development Guidelines, section 2.4). */
const STATES: Readonly<Record<Status, readonly [exitStatus: number, word: string]>> = {
  up: [0, 'OK'],
  degraded: [1, 'WARNING'],
  down: [2, 'CRITICAL'],
  unknown: [3, 'UNKNOWN'],
};

/** The worst first, in the order of the plugins' own library. */
const WORST_FIRST: readonly Status[] = ['down', 'degraded', 'unknown', 'up'];

/** Figures of more targets than these are left out: the line has to stay a line. */
const MOST_FIGURES = 20;

/** Runs a check whose errors are those of a plugin, too: status 2, which wrong usage has elsewhere, would mean critical. */
export async function asPlugin(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    process.stdout.write(`LONGWATCH UNKNOWN - ${oneLine(toError(thrown).message)}\n`);
    return STATES.unknown[0];
  }
}

/** Gathers outcomes into the one line of a plugin for Nagios, Icinga and their kin. */
export class PluginLine {
  #checked = 0;
  #good = 0;
  #worst: { readonly subject: Subject; readonly outcome: Outcome } | undefined;
  readonly #figures: string[] = [];

  add(subject: Subject, outcome: Outcome): void {
    this.#checked += 1;
    if (outcome.status === 'up') this.#good += 1;
    if (this.#worst === undefined || rank(outcome) < rank(this.#worst.outcome)) this.#worst = { subject, outcome };
    if (this.#figures.length < MOST_FIGURES && outcome.durationMs !== null) {
      this.#figures.push(figure(subject, outcome.durationMs));
    }
  }

  /** `LONGWATCH OK - https://example.com 200 | time=0.012s;;;0`, and the exit status that says the same. */
  conclude(): { readonly line: string; readonly exitStatus: number } {
    if (this.#worst === undefined) return { line: 'LONGWATCH UNKNOWN - nothing was checked\n', exitStatus: 3 };
    const { subject, outcome } = this.#worst;
    const [exitStatus, word] = STATES[outcome.status];
    const many = this.#checked === 1 ? '' : `${this.#good} of ${this.#checked} up; `;
    // A single target has a figure that is called the same whatever its address is.
    const figures = this.#checked === 1 ? this.#figures.map((text) => text.replace(/^'.*'=/, 'time=')) : this.#figures;
    const text = `LONGWATCH ${word} - ${many}${oneLine(sentence(subject, outcome))}`;
    return { line: `${[text, ...(figures.length === 0 ? [] : [figures.join(' ')])].join(' | ')}\n`, exitStatus };
  }
}

function rank({ status }: Outcome): number {
  return WORST_FIRST.indexOf(status);
}

function sentence({ url, monitor }: Subject, { statusCode, reason, message }: Outcome): string {
  const what = `${monitor ?? url}${statusCode === null ? '' : ` ${statusCode}`}`;
  return reason === null ? what : `${what} ${reason}: ${message ?? REASONS[reason].text}`;
}

/** A bar would begin the figures. */
function oneLine(text: string): string {
  return text.replaceAll('|', '/').replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

/** A label may hold anything but `=` and `'` (section 2.6). */
function figure({ url, monitor }: Subject, durationMs: number): string {
  return `'${oneLine(monitor ?? url).replaceAll(/[='"]/g, '_')}'=${(durationMs / 1000).toFixed(3)}s;;;0`;
}
