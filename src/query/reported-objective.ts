import type { ReportedObjective } from '../core/period-report.ts';
import type { TimePerStatus } from '../core/uptime.ts';

/** Whether a target (percent) was attained in some time, whatever the window of the objective. */
export function reportedObjective(target: number, time: TimePerStatus): ReportedObjective {
  const observed = time.up + time.degraded + time.down;
  const allowed = Math.round((observed * (100 - target)) / 100);
  return { target, met: observed === 0 ? null : time.down <= allowed, allowed_down_seconds: allowed / 1000 };
}
