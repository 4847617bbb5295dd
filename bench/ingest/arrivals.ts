import { HOUR_MS } from '../../src/core/history/history-key.ts';
import type { KeptResult } from '../../src/core/history/kept-result.ts';
import type { Monitor } from '../../src/core/monitor/monitor.ts';
import { PLAIN_HTTP } from '../../src/core/monitor/plain-http.ts';
import type { CheckResult } from '../../src/core/outcome.ts';
import { slotOffset } from '../../src/core/slots.ts';
import { realisticResults } from '../support/realistic-results.ts';

/** The first slots lie here: an hour begins. */
export const START = Date.UTC(2026, 10, 23, 12);

const INTERVAL = 60_000;
const MINUTES = HOUR_MS / INTERVAL;
/** So many different web sites; the other monitors behave like them. */
const SITES = 500;

/** How the checks that fail, 1 %, are spread: each by itself, or in outages of twenty minutes. */
export type Failures = 'scattered' | 'outages';

const OUTAGE_MINUTES = 20;

/** A result, and when it comes in: when its check has ended, ms since the epoch. */
export interface Arrival {
  readonly at: number;
  readonly result: CheckResult;
}

/** As many monitors of web sites, each checked once a minute. */
export function someMonitors(count: number): Monitor[] {
  return Array.from({ length: count }, (_, index) => {
    return { ...PLAIN_HTTP, id: `site-${index}`, name: `Site ${index}`, url: `https://site-${index}.example/` };
  });
}

/** What these monitors' checks give, minute by minute, in the order in which checks end. */
export class Arrivals {
  readonly #sites: readonly (readonly KeptResult[])[];
  readonly #offsets: readonly { readonly index: number; readonly id: string; readonly offset: number }[];
  readonly #failures: Failures;
  #minute = 0;
  #unfinished: Arrival[] = [];

  constructor(monitors: readonly Monitor[], failures: Failures) {
    this.#failures = failures;
    const share = failures === 'scattered' ? {} : { failures: 0 };
    const sites = Math.min(SITES, monitors.length);
    this.#sites = Array.from({ length: sites }, (_, monitor) =>
      realisticResults({ seed: 1, monitor, hour: 0, ...share }),
    );
    this.#offsets = monitors
      .map(({ id }, index) => ({ index, id, offset: slotOffset(id, INTERVAL) }))
      .sort((one, other) => one.offset - other.offset);
  }

  /** All that end in the next minute. */
  nextMinute(): Arrival[] {
    const from = START + this.#minute * INTERVAL;
    const begun = this.#offsets.map(({ index, id, offset }) => {
      const site = this.#sites[index % this.#sites.length]?.[this.#minute % MINUTES];
      if (site === undefined) throw new Error('a site has too few results');
      const known = this.#isOut(index) ? { ...site, ...REFUSED } : site;
      const slot = from + offset;
      const at = slot + (known.lateMs ?? 0) + (known.durationUs ?? 0) / 1000;
      return { at, result: resultOf(known, id, slot) };
    });
    const all = [...this.#unfinished, ...begun].sort((one, other) => one.at - other.at);
    this.#minute += 1;
    this.#unfinished = all.filter(({ at }) => at >= from + INTERVAL);
    return all.filter(({ at }) => at < from + INTERVAL);
  }

  #isOut(monitor: number): boolean {
    // Of a hundred monitors one is out, in each stretch another one.
    const stretch = Math.floor(this.#minute / OUTAGE_MINUTES);
    return this.#failures === 'outages' && (monitor + 37 * stretch) % 100 === 0;
  }
}

const REFUSED = { status: 'down', reason: 'conn_refused', message: 'refused', statusCode: null } as const;

/** What the check was that left this result. */
export function resultOf(known: KeptResult, monitor: string, slot: number): CheckResult {
  const milliseconds = (microseconds: number | null): number | null =>
    microseconds === null ? null : microseconds / 1000;
  return {
    monitor,
    slot,
    location: 'local',
    interval: INTERVAL,
    attempt: 1,
    status: known.status,
    reason: known.reason,
    message: known.message,
    statusCode: known.statusCode,
    finalUrl: null,
    address: '192.0.2.1:443',
    startedAt: known.lateMs === null ? null : slot + known.lateMs,
    durationMs: milliseconds(known.durationUs),
    phases: {
      dns: milliseconds(known.dnsUs),
      connect: milliseconds(known.connectUs),
      tls: milliseconds(known.tlsUs),
      wait: milliseconds(known.waitUs),
      body: milliseconds(known.bodyUs),
    },
    traceId: '0123456789abcdef0123456789abcdef',
    evidence: null,
  };
}
