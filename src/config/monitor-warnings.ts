import { type Milliseconds, formatDuration } from '../core/duration.ts';
import { type Monitor, type ProbedMonitor, isPush } from '../core/monitor/monitor.ts';
import { isSecretName } from '../core/monitor/secrets.ts';
import type { InputProblem, Path } from '../core/schema-problems.ts';

/** A monitor as it was written. */
interface WarnedEntry {
  readonly base: Path;
  /** The keys of the monitor itself, without `defaults`; none for a bare url. */
  readonly own: Readonly<Record<string, unknown>>;
  /** Values from `${…}`. */
  readonly secrets: readonly string[];
}

/** Whoever waits longer than that for a confirmation mostly did not mean to. */
const LONG_CONFIRMATION: Milliseconds = 600_000;

/** What of a monitor is worth a look without being wrong. */
export function monitorWarnings(monitor: Monitor, { base, own, secrets }: WarnedEntry): readonly InputProblem[] {
  const warnings: InputProblem[] = [];
  const warn = (key: string, message: string) =>
    warnings.push({ path: Object.hasOwn(own, key) ? [...base, key] : base, message, suggestion: null, at: 'value' });
  if ('url' in monitor) {
    const url = new URL(monitor.url);
    const telling = [...url.searchParams].find(([name, value]) => {
      return (
        isSecretName(name) && value !== '' && !secrets.some((secret) => secret.includes(value) || secret.includes(name))
      );
    });
    if (telling !== undefined) {
      warn(
        'url',
        `"${telling[0].slice(0, 40)}" in the url looks like a secret; put it into a variable and write \${NAME} here`,
      );
    }
    if (url.hash !== '') warn('url', 'the part of the url from # on is never sent to a server');
  }
  const slow = isPush(monitor) ? undefined : slowConfirmation(monitor);
  if (slow !== undefined && (Object.hasOwn(own, 'retries') || Object.hasOwn(own, 'retry_interval'))) {
    warn(Object.hasOwn(own, 'retries') ? 'retries' : 'retry_interval', slow);
  }
  const calm = isPush(monitor) ? undefined : neverFlapping(monitor);
  if (calm !== undefined && Object.hasOwn(own, 'flapping')) warn('flapping', calm);
  if (monitor.type !== 'http') return warnings;
  const bodiless = monitor.method === 'GET' || monitor.method === 'HEAD';
  if (bodiless && monitor.body !== null && Object.hasOwn(own, 'body')) {
    warn('body', `many servers refuse a ${monitor.method} request that has a body`);
  }
  return warnings;
}

function slowConfirmation({ retries, retry_interval: each, interval }: ProbedMonitor): string | undefined {
  const whole = retries * each;
  if (whole <= Math.max(LONG_CONFIRMATION, interval)) return undefined;
  return `nobody is told of an outage before ${formatDuration(whole)}: ${retries} retries, ${formatDuration(each)} apart`;
}

function neverFlapping({ flapping, interval, interval_down: down }: ProbedMonitor): string | undefined {
  if (flapping === null) return undefined;
  const least = (flapping.changes - 1) * Math.min(interval, down ?? interval);
  if (least <= flapping.window) return undefined;
  return `${flapping.changes} changes never come within ${formatDuration(flapping.window)} at an interval of ${formatDuration(interval)}`;
}
