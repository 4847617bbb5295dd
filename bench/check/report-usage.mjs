// Preloaded into each measured program: at its end writes CPU (ms, start-up included) and peak memory (MB) to
// descriptor 3.
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuMs: (user + system) / 1000, peakMb: maxRSS / 1024 }));
});
