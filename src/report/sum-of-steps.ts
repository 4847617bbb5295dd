import { uptimeFigures } from '../core/uptime.ts';
import type { MonitorReport, ReportedStep } from '../core/period-report.ts';

/** The days of all monitors together: their times added up. */
export function sumOfSteps(monitors: readonly MonitorReport[]): ReportedStep[] {
  const [first] = monitors;
  return (first?.steps ?? []).map(({ label }, index) => {
    const time = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
    for (const { steps } of monitors) {
      const step = steps[index];
      if (step === undefined) continue;
      const { down_seconds, degraded_seconds, unknown_seconds, maintenance_seconds, observed_seconds } = step;
      time.down += milliseconds(down_seconds);
      time.degraded += milliseconds(degraded_seconds);
      time.unknown += milliseconds(unknown_seconds);
      time.maintenance += milliseconds(maintenance_seconds);
      time.up += milliseconds(observed_seconds - down_seconds - degraded_seconds);
    }
    return Object.assign(uptimeFigures(time), { label, p95_ms: null });
  });
}

/** Whole ones, as the times were before they were told in seconds: sums of fractions come out as not quite all. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
