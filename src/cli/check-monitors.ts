import { loadSettings } from '../config/load-settings.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { targetOf } from '../core/monitor/kinds.ts';
import { isProbed, type Monitor, type ProbedMonitor } from '../core/monitor/monitor.ts';
import { secretsOf } from '../core/monitor/secrets.ts';
import { Redactor } from '../core/redactor.ts';
import { networkOfFile } from '../net/network-settings.ts';
import { createNetwork } from '../net/network.ts';
import { monitorNotFound } from '../query/known-monitors.ts';
import { openProbes, type ProbeMonitor } from '../worker/probe/index.ts';
import type { Subject } from './check-lines.ts';

/** A monitor of the file that is to be checked now. */
export interface ChosenMonitor {
  readonly subject: Subject;
  readonly monitor: ProbedMonitor;
  /** Probes on the network as the file wants it. */
  readonly probe: ProbeMonitor;
  /** Takes the secrets of the file out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * The monitors with these ids, as the file defines them, in the order of the ids; also those that are switched off.
 * Throws `config_…`, `monitor_not_found`, and `usage` for one that reports by itself.
 */
export function chooseMonitors(
  ids: readonly string[],
  { file, clock }: { readonly file: string | undefined; readonly clock: Clock },
): readonly ChosenMonitor[] {
  const { monitors, secrets, network } = loadSettings({ file });
  const probe = openProbes({ clock, network: createNetwork({ clock, ...networkOfFile(network) }) });
  const byId = new Map(monitors.map((monitor) => [monitor.id, monitor]));
  const { redact } = new Redactor([...secrets, ...monitors.flatMap(secretsOf)]);
  return [...new Set(ids)].map((id) => {
    const monitor = byId.get(id);
    if (monitor === undefined) throw unknownMonitor(id, monitors);
    if (!isProbed(monitor)) {
      throw new AppError('usage', `the monitor "${id}" cannot be checked: its job reports by itself`, {
        hint: 'Send it a report instead, as the job would.',
      });
    }
    return { subject: { url: redact(targetOf(monitor)), monitor: id }, monitor, probe, redact };
  });
}

function unknownMonitor(id: string, monitors: readonly Monitor[]): AppError {
  const error = monitorNotFound(
    id,
    monitors.map((monitor) => monitor.id),
  );
  const ids = monitors.map((monitor) => monitor.id).slice(0, 10);
  if (error.hint?.startsWith('Did you mean') === true || ids.length === 0) return error;
  return new AppError('monitor_not_found', error.message, { hint: `The file has ${ids.join(', ')}.` });
}
