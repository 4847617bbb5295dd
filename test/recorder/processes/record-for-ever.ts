import pino from 'pino';
import { systemClock } from '../../../src/core/clock.ts';
import { openRecorder } from '../../../src/recorder/recorder.ts';
import { aMonitor } from '../../support/monitors.ts';
import { aResult } from '../../support/results.ts';

/** Records results of one slot after the other, printing each slot once it is acknowledged, until it is killed. */
const [path = '', first = '0'] = process.argv.slice(2);
const recorder = await openRecorder({
  path,
  clock: systemClock,
  logger: pino({ level: 'silent' }),
  limits: { waitMs: 1 },
});
await recorder.syncMonitors([aMonitor({ id: 'website', interval: 1000 })]);
for (let slot = Number(first); ; slot += 1000) {
  const status = slot % 5000 === 0 ? ({ status: 'down', reason: 'timeout_wait' } as const) : {};
  const receipt = await recorder.record([aResult({ slot, interval: 1000, ...status })]);
  if (receipt.recorded === 1) process.stdout.write(`${slot}\n`);
}
